// What stands beside the canvas: all that is shown as a list, which does what the canvas does, and the chosen record.
import { COLUMNS } from "./explore-look.js";

const MOST_LISTED = 12; // of the records that share a box
const OPENED_AT_ONCE = 50;

function make(tag, values = {}, ...inside) {
  const element = Object.assign(document.createElement(tag), values);
  element.append(...inside.filter(Boolean));
  return element;
}

function button(text, pressed, className = "nhsuk-button nhsuk-button--secondary nhsuk-button--small") {
  const made = make("button", { type: "button", className, textContent: text });
  made.addEventListener("click", pressed);
  return made;
}

const small = (textContent, className) => make("small", { textContent, ...(className && { className }) });
const titled = (textContent, items) => [make("h3", { textContent }), make("ul", {}, ...items)];

// `map` knows what is shown; `deeds` are what its buttons do.
export function beside(root, map, deeds) {
  const [panel, list, find, none] = ["panel", "list", "find", "none"].map((name) => root.querySelector(`[data-${name}]`));
  const { say } = map;

  // ---- the list
  function showList(shown) {
    const gaps = map.gaps();
    const groups = Object.keys(COLUMNS).map((kind) => [kind, shown.filter((box) => box.kind === kind)]);
    list.replaceChildren(
      ...groups.flatMap(([kind, own]) => {
        if (!own.length) return [];
        own.sort((one, other) => one.y - other.y);
        return titled(map.headOf(kind, own), own.map((box) => listed(box, gaps)));
      }),
    );
    filter();
  }

  // Marks in the list what is chosen, and brings it into sight there.
  function mark() {
    list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    const pick = [...list.querySelectorAll("button")].find((each) => each.dataset.id === map.chosen);
    if (!pick) return;
    pick.setAttribute("aria-current", "true");
    // On a phone the list scrolls by itself, else what holds panel and list together, which shows the panel.
    if (list.scrollHeight > list.clientHeight) list.scrollTop = pick.offsetTop - list.clientHeight / 3;
  }

  function listed(box, gaps) {
    const pick = button(map.nameOf(box), () => deeds.choose(box.id, true), "gt-link-button");
    pick.dataset.id = box.id;
    const item = make("li", {}, pick, ...lacking(box, gaps));
    item.dataset.words = box.records.map((record) => map.records[record].title).join(" ").toLowerCase();
    return item;
  }

  function lacking(box, gaps) {
    const own = gaps.filter((gap) => gap.records.some((record) => box.records.includes(record)));
    return own.map((gap) => small(gap.title, "gt-explore__gap"));
  }

  // Leaves in the list what has the words that are looked for.
  function filter() {
    const wanted = find.value.trim().toLowerCase();
    for (const item of list.querySelectorAll("li")) item.hidden = !item.dataset.words.includes(wanted);
    for (const group of list.querySelectorAll("ul")) {
      group.hidden = group.previousElementSibling.hidden = !group.querySelector("li:not([hidden])");
    }
    const found = list.querySelectorAll("li:not([hidden])");
    none.hidden = found.length > 0;
    return found;
  }

  let typing;
  find.addEventListener("input", () => {
    const number = filter().length;
    clearTimeout(typing);
    typing = setTimeout(() => map.tell(number ? "found" : "not_found", { number }), 400);
  });
  find.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    clearTimeout(typing);
    filter()[0]?.querySelector("button").click();
  });

  // ---- the chosen record, box or gap
  function showPanel() {
    const box = map.boxes.get(map.chosen);
    panel.hidden = !box;
    if (!box) return;
    const head = make("h2", { id: "chosen", tabIndex: -1, textContent: map.nameOf(box) });
    if (!box.kind) panel.replaceChildren(head, ...titled(say("stops"), members(box)));
    else if (box.opens) {
      panel.replaceChildren(head, ...lacking(box, map.gaps()), doing(box), ...titled(say("here"), members(box)));
    } else {
      const record = map.records[box.id];
      const about = [record.word, record.says].filter(Boolean).join(" · ");
      const go = make("p", { className: "gt-acts" }, make("a", { href: record.url, textContent: say("open_record") }));
      if (!box.is_focus) go.append(make("a", { href: record.explore, textContent: say("own_thread") }));
      const why = [...reasons(box.id, "to", "from", "rests"), ...reasons(box.id, "from", "to", "carries")];
      const kind = make("p", { className: "gt-muted", textContent: about });
      panel.replaceChildren(kind, head, ...lacking(box, map.gaps()), go, ...why, doing(box));
    }
    panel.parentElement.scrollTop = 0;
  }

  function doing(box) {
    const made = make("div", { className: "gt-explore__deeds" });
    if (box.opens) {
      const all = box.records.length;
      const words = all > OPENED_AT_ONCE + 1 ? "unfold_part" : "unfold";
      made.append(button(say(words, { number: OPENED_AT_ONCE, all }), () => deeds.unfold(box)));
    }
    if (map.hides(box)) made.append(button(say("only"), () => deeds.showOnly(box)));
    const number = map.outside(box);
    if (number) made.append(button(say("bring", { number }), () => deeds.bring(box)));
    return made;
  }

  function members(box) {
    const link = ({ url, title }) => make("li", {}, make("a", { href: url, textContent: title }));
    const some = box.records.slice(0, MOST_LISTED).map((id) => link(map.records[id]));
    const number = box.records.length - some.length;
    return number ? [...some, make("li", { textContent: say("more", { number }) })] : some;
  }

  function reasons(id, here, there, heading) {
    const own = map.links.filter((link) => link[here] === id && map.isSeen(map.boxOf(link[there])?.id));
    const told = own.map((link) => {
      const pick = () => deeds.choose(map.boxOf(link[there]).id, true);
      const end = button(map.records[link[there]].title, pick, "gt-link-button");
      return make("li", {}, end, small(link.why), link.is_suspect && small(say("suspect"), "gt-explore__doubt"));
    });
    return own.length ? titled(say(heading), told) : [];
  }

  return { mark, showList, showPanel };
}
