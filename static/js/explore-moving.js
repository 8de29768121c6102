// Moving a canvas about: with buttons, with keys, and with the wheel only where the page does not need it.
const STEPS = { ArrowLeft: [80, 0], ArrowRight: [-80, 0], ArrowUp: [0, 80], ArrowDown: [0, -80] };
const ZOOMS = { "+": 1.3, "=": 1.3, "-": 0.77 };
const EDGE = 12;
const BUTTONS = 60; // the height that the zoom buttons take
const LEAST = 280;
const [READABLE, LARGEST] = [0.6, 1.2];

export function movable(cy, canvas, frame, root) {
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const seen = () => cy.nodes().not(".away");

  function move(how) {
    cy.stop();
    cy.animate(how, { duration: calm.matches ? 0 : 250 });
  }

  // Brings all of something into view, no larger than is good to read; where it would be too small, what it is about.
  function fit(some = seen(), about = null) {
    const { x1, y1, w, h } = some.boundingBox();
    const zoom = Math.min(LARGEST, (cy.width() - 2 * EDGE) / w, (cy.height() - 2 * EDGE) / h);
    if (about && zoom < READABLE) move({ zoom: READABLE, center: { eles: about } });
    else {
      const [x, y] = [(cy.width() - w * zoom) / 2, (cy.height() - h * zoom) / 2];
      move({ zoom, pan: { x: x - x1 * zoom, y: y - y1 * zoom } });
    }
  }

  // As large as can be read, with the record that the page is about in sight; a low picture gets a low canvas.
  function begin() {
    const around = seen().boundingBox();
    const zoom = Math.min(1, Math.max(cy.width() < 600 ? 0.85 : 0.7, (cy.width() - 2 * EDGE) / around.w));
    const high = around.h * zoom + 2 * EDGE;
    canvas.style.height = "";
    canvas.style.height = `${Math.min(canvas.clientHeight, Math.max(LEAST, high + BUTTONS))}px`;
    cy.resize();
    const main = cy.nodes(".main").position();
    const start = (size, from, to, middle) =>
      Math.min(EDGE - from * zoom, Math.max(size - EDGE - to * zoom, size / 2 - middle * zoom));
    // From the top, with the heads of the columns, unless the record would then be out of sight.
    const top = EDGE - around.y1 * zoom;
    const isInSight = main.y * zoom + top < cy.height() - BUTTONS;
    const y = high <= cy.height() || isInSight ? top : start(cy.height(), around.y1, around.y2, main.y);
    cy.viewport({ zoom, pan: { x: start(cy.width(), around.x1, around.x2, main.x), y } });
  }

  function zoom(by) {
    const level = Math.min(cy.maxZoom(), Math.max(cy.minZoom(), cy.zoom() * by));
    move({ zoom: { level, renderedPosition: { x: cy.width() / 2, y: cy.height() / 2 } } });
  }

  for (const each of root.querySelectorAll("[data-zoom]")) {
    each.addEventListener("click", () => zoom(Number(each.dataset.zoom)));
  }
  root.querySelector("[data-fit]").addEventListener("click", () => fit());
  canvas.addEventListener("keydown", (event) => {
    const { key } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || !(key in STEPS || key in ZOOMS || key === "0")) return;
    event.preventDefault();
    if (STEPS[key]) cy.panBy({ x: STEPS[key][0], y: STEPS[key][1] });
    else if (ZOOMS[key]) zoom(ZOOMS[key]);
    else fit();
  });
  // The wheel moves the page, as everywhere, and zooms only while Ctrl is held or two fingers pinch.
  frame.addEventListener("wheel", (event) => !event.ctrlKey && event.stopPropagation(), { capture: true });
  return { begin, fit, move };
}
