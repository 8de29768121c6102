// How a thread looks on a canvas: the same boxes, marks, lines and colours as the picture that the server draws.
const [INK, MUTED, GOLD, RED, FOCUS] = ["#212b32", "#4c6272", "#a87700", "#a81e12", "#ffeb3b"];
export const COLUMNS = { source: 0, implication: 1, response: 1, priority: 2, action: 3, indicator: 4 };
const SPACE = 22;

export const style = [
  {
    selector: "node",
    style: {
      shape: "round-rectangle",
      "corner-radius": 4,
      width: "data(w)",
      height: "data(h)",
      "background-color": "#fff",
      "border-color": INK,
      "border-width": 1.3,
      label: "data(text)",
      color: INK,
      "font-family": "arial, sans-serif",
      "font-size": 13.5,
      "line-height": 1.26,
      "min-zoomed-font-size": 4,
      "text-wrap": "wrap",
      "text-max-width": 1000,
      "text-justification": "left",
      "text-halign": "right",
      "text-valign": "center",
      "text-margin-x": "data(dx)",
      "text-margin-y": "data(dy)",
      "overlay-opacity": 0,
    },
  },
  {
    selector: "node[icon]",
    style: {
      "background-image": "data(icon)",
      "background-image-crossorigin": "null",
      "background-width": 16,
      "background-height": 16,
      "background-position-x": 8,
      "background-position-y": 8,
    },
  },
  { selector: ".bold", style: { "font-weight": "bold" } },
  { selector: ".main", style: { "border-width": 2 } },
  { selector: ".folded", style: { ghost: "yes", "ghost-offset-x": 4, "ghost-offset-y": 4, "ghost-opacity": 1 } },
  { selector: ".brought", style: { "background-color": "#f0f4f5", "border-style": "dotted", "border-width": 1.6 } },
  { selector: ".gap", style: { "border-color": RED, "border-style": "dashed", "border-width": 1.6 } },
  {
    selector: ".note",
    style: { "font-size": 12.5, color: MUTED, "background-opacity": 0, "border-width": 0, events: "no" },
  },
  { selector: ".strong", style: { color: INK, "font-weight": "bold" } },
  { selector: ".alarm", style: { color: RED, "font-weight": "bold" } },
  { selector: ".tag", style: { shape: "rectangle", color: INK, "border-width": 1, "text-halign": "center" } },
  { selector: ".head", style: { "font-size": 15, "font-weight": "bold", color: INK } },
  { selector: ".head[icon]", style: { "background-position-x": 0, "background-position-y": 0 } },
  {
    selector: ".doubt",
    style: {
      shape: "diamond",
      "font-size": 13,
      "font-weight": "bold",
      "border-width": 1.8,
      "text-halign": "center",
      events: "no",
    },
  },
  { selector: ".chosen", style: { "background-color": FOCUS, "border-width": 3, "border-color": INK } },
  {
    selector: "edge",
    style: {
      width: 2.2,
      "line-color": GOLD,
      "curve-style": "unbundled-bezier",
      "edge-distances": "endpoints",
      "source-endpoint": "50% 0%",
      "target-endpoint": "-50% 0%",
      "control-point-weights": "data(weights)",
      "control-point-distances": "data(distances)",
      "overlay-opacity": 0,
      events: "no",
    },
  },
  {
    selector: "edge.suspect",
    style: { "line-color": INK, width: 1.8, "line-style": "dashed", "line-dash-pattern": [5, 4] },
  },
  { selector: "edge.gap", style: { "line-color": RED, width: 2, "line-style": "dashed", "line-dash-pattern": [2, 5] } },
  { selector: ".away", style: { display: "none" } },
];

// A box as what cytoscape draws: the box with its title, and each line under the title by itself.
export function boxed(box, icons, classes) {
  const icon = box.kind && box.kind !== "response" ? { icon: `${icons}kind-${box.kind}.svg` } : {};
  const text = { text: box.text ?? box.title, dx: box.left - box.w, dy: box.middle - box.h / 2 };
  return [
    {
      data: { id: box.id, w: box.w, h: box.h, ...text, ...icon },
      position: { x: box.x + box.w / 2, y: box.y + box.h / 2 },
      classes,
    },
    ...box.notes.map(({ x, y, w = 0, h = 1, text, tone }, n) => ({
      data: { id: `${box.id}#${n}`, of: [box.id], text, w: w || 1, h, dx: 0, dy: 0 },
      position: { x: box.x + x + w / 2, y: box.y + y },
      classes: `note ${tone}`,
    })),
  ];
}

// A line with the points that bend it, which cytoscape wants as parts of the straight way and distances from it.
export function joined(from, to, state, bends, middle) {
  const start = { x: from.x + from.w, y: from.y + from.h / 2 };
  const end = { x: to.x, y: to.y + to.h / 2 };
  const half = (start.x + end.x) / 2;
  const points = bends ?? [[half, start.y], [half, end.y]];
  const [dx, dy] = [end.x - start.x, end.y - start.y];
  const length = Math.hypot(dx, dy);
  const id = `${from.id}>${to.id}`;
  const line = {
    data: {
      id,
      source: from.id,
      target: to.id,
      weights: points.map(([x, y]) => ((x - start.x) * dx + (y - start.y) * dy) / length ** 2),
      distances: points.map(([x, y]) => ((y - start.y) * dx - (x - start.x) * dy) / length),
    },
    classes: state,
  };
  if (state !== "suspect") return [line];
  const [x, y] = middle ?? [half, (start.y + end.y) / 2];
  const doubt = { id: `${id}?`, of: [from.id, to.id], w: 22, h: 22, text: "?", dx: 0, dy: 0 };
  return [line, { data: doubt, position: { x, y }, classes: "doubt" }];
}

// The head of a column.
export function headed({ x, kinds }, icons, n) {
  const icon = kinds[0] === "response" ? {} : { icon: `${icons}kind-${kinds[0]}.svg` };
  const data = { id: `head${n}`, head: true, w: 18, h: 18, dx: 7, dy: 0, text: "", ...icon };
  return { data, position: { x: x + 9, y: 12 }, classes: "note head" };
}

// A free place in a column, as near as can be to the height of what the box belongs to.
export function placed(box, near, x, others) {
  const there = others.filter((other) => Math.abs(other.x - x) < other.w);
  const wanted = near.y + near.h / 2 - box.h / 2;
  const top = Math.min(...others.map(({ y }) => y));
  const tries = [wanted, top, ...there.flatMap((other) => [other.y - SPACE - box.h, other.y + other.h + SPACE])];
  const isFree = (y) =>
    y >= top && there.every((other) => y + box.h + SPACE <= other.y + 0.1 || y >= other.y + other.h + SPACE - 0.1);
  const free = tries.filter(isFree).sort((one, two) => Math.abs(one - wanted) - Math.abs(two - wanted));
  return { ...box, x, y: free[0] };
}
