// Moves about in a thread. The server says where boxes stand, which of them the filters leave, and every word.
import { COLUMNS, boxed, headed, joined, placed, style } from "./explore-look.js";
import { movable } from "./explore-moving.js";
import { beside } from "./explore-side.js";

const root = document.querySelector("[data-explore]");
const part = (name) => root.querySelector(`[data-${name}]`);
const [canvas, frame, filters] = ["canvas", "frame", "filters"].map(part);
const { icons, most } = root.dataset;
const words = JSON.parse(root.dataset.words);
const say = (word, values = {}) => words[word].replace(/\{(\w+)\}/g, (_, name) => values[name]);
const tell = (word, values) => (part("says").textContent = say(word, values));
const OVER_COLUMNS = 32; // how far their heads stand above the highest box
let address = new URLSearchParams(location.search);

let told; // what the server drew
let loading; // the question that waits for its answer
let brought = []; // pairs: a record, and the answer that tells of its neighbours
let only = null; // the names of what the chosen one touches, while nothing else is shown

// What stands beside the canvas reads this. `boxes` are all on the canvas by their names, gaps too.
const map = { boxes: new Map(), records: {}, links: [], chosen: null, say, tell };

root.hidden = false;
document.querySelector(".gt-explore-without").hidden = true; // where the style sheet cannot know it
if (filters) filters.querySelector("button").hidden = true;
// Cytoscape would add a style element, which the page's rules refuse; ours is in the style sheet.
canvas.append(Object.assign(document.createElement("template"), { id: "__________cytoscape_stylesheet" }));
const cy = cytoscape({
  container: canvas,
  style,
  minZoom: 0.05,
  maxZoom: 2.5,
  autoungrabify: true,
  autounselectify: true,
  boxSelectionEnabled: false,
});
root.cy = cy; // for whoever looks at the picture from outside
const { begin, fit, move } = movable(cy, canvas, frame, root);

// ---- what is asked of the server
async function ask(url, signal) {
  try {
    const answer = await fetch(url, { signal });
    // Whoever was signed out meanwhile is sent to a page, which is no picture.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return await answer.json();
  } catch {
    if (!signal?.aborted) tell("failed");
    return null;
  }
}

// Draws what an address asks for; the page keeps it, and so does the way back. A later question overtakes an earlier one.
async function load(wanted) {
  loading?.abort();
  loading = new AbortController();
  const search = String(wanted) && `?${wanted}`;
  const answer = await ask(root.dataset.explore + search, loading.signal);
  if (answer?.is_full) tell("full");
  if (!answer || (answer.is_full && told)) return false;
  [told, address] = [answer, wanted];
  history.replaceState(null, "", location.pathname + search);
  document.querySelector("[data-thread]").search = search;
  draw();
  return true;
}

// ---- drawing
function draw() {
  map.boxes = new Map([...told.boxes, ...told.gaps].map((box) => [box.id, box]));
  map.records = { ...told.records };
  map.links = [...told.links];
  const { boxes } = map;
  const drawn = [...boxes.values()].flatMap(elements);
  drawn.push(...told.heads.map((head, n) => headed(head, icons, n)));
  for (const { from, to, state, bends, middle } of told.joins) {
    drawn.push(...joined(boxes.get(from), boxes.get(to), state, bends, middle));
  }
  drawn.push(...told.stops.flatMap(stopped));
  cy.batch(() => {
    cy.elements().remove();
    cy.add(drawn);
    for (const [id, answer] of brought) add(id, answer);
  });
  only = null;
  if (!isSeen(map.chosen)) map.chosen = null;
  refresh();
}

function elements(box) {
  const is = { gap: !box.kind, folded: box.opens, main: box.is_focus, bold: !box.kind || box.is_bold };
  const names = Object.entries({ box: true, ...is, brought: box.is_brought }).filter(([, one]) => one);
  return boxed(box, icons, names.map(([name]) => name).join(" "));
}

// A gap that only the filters make has no place of its own in the whole picture.
function stopped({ id, of, title }) {
  const near = map.boxOf(of);
  const before = id.startsWith("gap:source:");
  const column = Math.min(4, Math.max(0, COLUMNS[near.kind] + (before ? -1 : 1)));
  const size = { id, title, w: near.w, h: 31, left: 14, middle: 16, notes: [], is_shown: true, records: [of] };
  const gap = placed(size, near, told.heads[column].x, [...map.boxes.values()]);
  map.boxes.set(id, gap);
  return [...elements(gap), ...(before ? joined(gap, near, "gap") : joined(near, gap, "gap"))];
}

// Puts what an answer tells of a record's neighbours beside it; what is there already stays where it is.
function add(id, answer) {
  const near = map.boxOf(id);
  if (!near) return [];
  const fresh = answer.boxes.filter((box) => !map.boxOf(box.id));
  for (const box of fresh) {
    const plain = { ...box, is_focus: false, is_bold: false, is_brought: true };
    const here = placed(plain, near, told.heads[COLUMNS[box.kind]].x, [...map.boxes.values()]);
    map.boxes.set(box.id, here);
    cy.add(elements(here));
  }
  map.records = { ...answer.records, ...map.records };
  const known = new Set(map.links.map(({ from, to }) => `${from}>${to}`));
  map.links.push(...answer.links.filter(({ from, to }) => !known.has(`${from}>${to}`)));
  for (const { from, to, is_suspect } of map.links) {
    const [one, other] = [map.boxOf(from), map.boxOf(to)];
    if (!one?.is_brought && !other?.is_brought) continue;
    if (!one || !other || cy.getElementById(`${one.id}>${other.id}`).nonempty()) continue;
    cy.add(joined(one, other, is_suspect ? "suspect" : "current"));
  }
  return fresh;
}

// ---- what is seen
function isSeen(id) {
  const box = map.boxes.get(id);
  if (!box?.is_shown) return false;
  if (box.kind) return !only || only.has(id);
  return box.records.some((record) => isSeen(map.boxOf(record)?.id));
}

const seen = () => [...map.boxes.values()].filter((box) => box.kind && isSeen(box.id));
const counted = (boxes) => boxes.reduce((sum, box) => sum + box.records.length, 0);
const counts = () => ({ shown: counted(seen()), all: Object.keys(map.records).length });

function touching(id) {
  const node = cy.getElementById(id);
  const found = node.predecessors().union(node.successors()).union(node);
  return new Set(found.map((each) => each.id()));
}

Object.assign(map, {
  isSeen,
  boxOf(record) {
    return map.boxes.get(record) ?? [...map.boxes.values()].find((box) => box.opens && box.records.includes(record));
  },
  gaps: () => [...map.boxes.values()].filter((box) => !box.kind && isSeen(box.id)),
  headOf: (kind, boxes) => say("head", { kind: words[kind], number: counted(boxes) }),
  nameOf(box) {
    if (!box.kind) return box.title;
    const about = box.notes.map((note) => note.text).join(" ");
    return box.opens ? [box.text, about].filter(Boolean).join(": ") : map.records[box.id].title;
  },
  // Whether less would be seen if only what the box touches were.
  hides(box) {
    const touched = touching(box.id);
    return !only && seen().some(({ id }) => !touched.has(id));
  },
  // How many of a record's neighbours are not on the canvas.
  outside(box) {
    if (box.opens) return 0;
    const ends = map.links.filter(({ from, to }) => from === box.id || to === box.id);
    const here = ends.filter(({ from, to }) => map.boxOf(from === box.id ? to : from));
    return map.records[box.id].links - here.length;
  },
});

function refresh() {
  const shown = seen();
  cy.batch(() => {
    for (const node of cy.nodes("[!head]")) {
      node.toggleClass("away", !(node.data("of") ?? [node.id()]).every(isSeen));
    }
    const top = Math.min(...shown.map((box) => box.y)) - OVER_COLUMNS;
    for (const [n, head] of told.heads.entries()) {
      const kinds = Object.keys(COLUMNS).filter((kind) => COLUMNS[kind] === n);
      const there = kinds.filter((kind) => shown.some((box) => box.kind === kind));
      const lines = (there.length ? there : [head.kinds[0]]).map((kind) =>
        map.headOf(kind, shown.filter((box) => box.kind === kind)),
      );
      cy.getElementById(`head${n}`).data("text", lines.join("\n")).position("y", top);
    }
  });
  side.showList(shown);
  mark();
  part("whole").hidden = !only;
  part("close").hidden = !address.has("open");
  part("send-back").hidden = !brought.length;
}

function mark() {
  cy.nodes(".chosen").removeClass("chosen");
  cy.getElementById(map.chosen ?? "").addClass("chosen");
  side.showPanel();
  side.mark();
}

const tellCounts = () => tell(counts().shown === counts().all ? "all" : "some", counts());

// ---- what a person does
const deeds = {
  choose(id, isFar) {
    const isReading = part("panel").contains(document.activeElement);
    map.chosen = id;
    mark();
    if (!id) return tellCounts();
    tell("chosen", { title: map.nameOf(map.boxes.get(id)) });
    if (!isFar) return undefined;
    root.querySelector(isReading ? "#chosen" : "[aria-current]")?.focus({ preventScroll: true });
    frame.scrollIntoView({ block: "nearest" });
    return move({ center: { eles: cy.getElementById(id) }, zoom: Math.max(cy.zoom(), 0.8) });
  },

  showOnly(box) {
    only = touching(box.id);
    refresh();
    tell("touches", { title: map.nameOf(box), ...counts() });
    part("whole").focus({ preventScroll: true });
    frame.scrollIntoView({ block: "nearest" });
    fit(undefined, cy.getElementById(box.id));
  },

  async bring(box) {
    const answer = await ask(map.records[box.id].near);
    if (!answer) return;
    if (map.boxes.size + answer.boxes.length > most) {
      tell("full");
      return;
    }
    let fresh;
    cy.batch(() => (fresh = add(box.id, answer)));
    brought.push([box.id, answer]);
    for (const { id } of fresh) only?.add(id);
    refresh();
    tell("brought", { number: fresh.length });
    part("send-back").focus({ preventScroll: true });
    frame.scrollIntoView({ block: "nearest" });
    const node = cy.getElementById(box.id);
    fit(node.closedNeighborhood("node").not(".away"), node);
  },

  async unfold(box) {
    const wanted = new URLSearchParams(address);
    wanted.append("open", box.opens);
    const title = map.nameOf(box);
    if (!(await load(wanted))) return;
    const [first] = box.records.map(map.boxOf).sort((one, other) => one.y - other.y);
    deeds.choose(first.id, true);
    tell("opened", { title });
  },
};
const side = beside(root, map, deeds);

// Where the focus was on a button that is gone, it goes to the canvas.
function back() {
  tellCounts();
  canvas.focus({ preventScroll: true });
}
part("whole").addEventListener("click", () => {
  only = null;
  refresh();
  fit(undefined, cy.nodes(map.chosen ? ".chosen" : ".main"));
  back();
});
part("send-back").addEventListener("click", () => {
  brought = [];
  draw();
  back();
});
part("close").addEventListener("click", async () => {
  const wanted = new URLSearchParams(address);
  wanted.delete("open");
  if (!(await load(wanted))) return;
  begin();
  back();
});
filters?.addEventListener("change", async () => {
  const wanted = new URLSearchParams([...new FormData(filters)].filter(([, value]) => value));
  for (const name of ["by", "open"]) for (const value of address.getAll(name)) wanted.append(name, value);
  if (!(await load(wanted))) return;
  tellCounts();
  fit(undefined, cy.nodes(".main"));
});

cy.on("tap", (event) => deeds.choose(event.target === cy ? null : event.target.id(), false));
cy.on("mouseover mouseout", "node", (event) => canvas.classList.toggle("is-over", event.type === "mouseover"));

if (await load(address)) {
  begin();
  if (!told.is_full) tellCounts();
  root.dataset.ready = "";
}
