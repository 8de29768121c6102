// Suggestions below a search box while somebody types: the combobox of the ARIA Authoring Practices, with a list.
// Without this script the box is a box, and its form searches.
const WAIT = 150;
const FEWEST = 2;
const asked = new Map();

for (const form of document.querySelectorAll("form[data-completing]")) {
  const input = form.querySelector("input[type=search]");
  if (input) complete(form, input);
}

function complete(form, input) {
  const list = element("ul", { id: `${input.id}-suggestions`, role: "listbox", class: "gt-suggestions" });
  const status = element("div", { role: "status", class: "nhsuk-u-visually-hidden" });
  let chosen = -1;
  let timer;
  let running;

  list.hidden = true;
  form.classList.add("gt-completing");
  form.append(list, status);
  for (const [name, value] of Object.entries({
    role: "combobox",
    autocomplete: "off",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  }))
    input.setAttribute(name, value);

  function close(says = "") {
    clearTimeout(timer);
    running?.abort();
    list.hidden = true;
    status.textContent = says;
    input.setAttribute("aria-expanded", "false");
    choose(-1);
  }

  function choose(number) {
    chosen = number;
    [...list.children].forEach((option, place) => {
      option.setAttribute("aria-selected", String(place === number));
      if (place === number) option.scrollIntoView({ block: "nearest" });
    });
    if (number < 0) input.removeAttribute("aria-activedescendant");
    else input.setAttribute("aria-activedescendant", list.children[number].id);
  }

  async function ask() {
    const typed = input.value.trim();
    if (typed.length < FEWEST) return close();
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    try {
      const answer = await suggestions(form.dataset.completing, typed, signal);
      if (!signal.aborted && document.activeElement === input) show(answer);
    } catch {
      if (!signal.aborted) close();
    }
  }

  function show({ label, says, suggestions: found }) {
    list.replaceChildren(...found.map(option));
    if (!found.length) return close(says);
    list.setAttribute("aria-label", label);
    list.hidden = false;
    input.setAttribute("aria-expanded", "true");
    status.textContent = says;
    choose(-1);
  }

  function option({ title, kind, about, url }, place) {
    const made = element("li", { id: `${list.id}-${place}`, role: "option", "data-url": url });
    made.append(element("span", { class: "gt-suggestions__title" }, title), " ");
    made.append(element("span", { class: "gt-suggestions__about" }, about ? `${kind} · ${about}` : kind));
    return made;
  }

  function open(option) {
    location.assign(option.dataset.url);
  }

  input.addEventListener("input", () => {
    clearTimeout(timer);
    choose(-1); // what was chosen stood below other letters: Enter now asks for the words as typed
    timer = setTimeout(ask, WAIT);
  });
  input.addEventListener("blur", () => close());
  input.addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    const number = list.children.length;
    const isOpen = !list.hidden;
    if (event.key === "ArrowDown" && !isOpen) ask();
    else if (event.key === "ArrowDown") choose(chosen + 1 < number ? chosen + 1 : -1);
    else if (event.key === "ArrowUp" && isOpen) choose(chosen < 0 ? number - 1 : chosen - 1);
    else if (event.key === "Escape" && isOpen) close();
    else if (event.key === "Enter" && isOpen && chosen >= 0) open(list.children[chosen]);
    else return;
    event.preventDefault();
  });
  // Pressing must not take the focus from the box, or the list would close before it is let go.
  list.addEventListener("mousedown", (event) => event.preventDefault());
  list.addEventListener("click", ({ target }) => {
    const pressed = target.closest("[role=option]");
    if (pressed) open(pressed);
  });
}

async function suggestions(address, typed, signal) {
  if (!asked.has(typed)) {
    const answer = await fetch(`${address}?q=${encodeURIComponent(typed)}`, { signal });
    // Whoever was signed out meanwhile is sent to a page, which is no list.
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    asked.set(typed, await answer.json());
  }
  return asked.get(typed);
}

function element(name, attributes, text = "") {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
