// Finds the records to link while somebody types. What is ticked stays, whatever is looked for next.
// Without this script the button "Find it" does the same.
const WAIT = 200;

for (const form of document.querySelectorAll("form[data-linking]")) search(form);
follow();

// After one suggestion is decided the next has the focus; what was done is said beside it.
function follow() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const says = document.querySelector("[data-likely-says]");
  const message = document.querySelector(".gt-message");
  if (!target || !says || !message || !says.parentElement.contains(target)) return;
  const done = message.querySelector("p").textContent;
  message.hidden = true;
  target.focus();
  // What a live region holds from the start is not read out.
  setTimeout(() => (says.textContent = done), WAIT);
}

function search(form) {
  const words = form.elements.words;
  const group = form.querySelector("#found");
  const list = form.querySelector("[data-linking-found]");
  const item = form.querySelector("template").content.firstElementChild;
  const status = form.querySelector("[data-linking-says]");
  const unfit = form.querySelector("[data-linking-unfit]");
  const fits = JSON.parse(form.dataset.fits);
  let timer;
  let running;
  let made = 0;

  form.querySelector("[data-linking-button]").hidden = true;

  async function ask() {
    running?.abort();
    running = new AbortController();
    const { signal } = running;
    const asked = new URL(form.dataset.linking, location.href);
    asked.searchParams.set("way", form.elements.way.value);
    asked.searchParams.set("q", words.value.trim());
    try {
      const answer = await fetch(asked, { signal });
      // Whoever was signed out meanwhile is sent to a page, which is no list.
      if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
      show(await answer.json());
    } catch {
      if (signal.aborted) return;
      form.querySelector("[data-linking-button]").hidden = false;
    }
  }

  function show({ says, found }) {
    const kept = [...list.children].filter((each) => each.querySelector("input").checked);
    const values = new Set(kept.map((each) => each.querySelector("input").value));
    list.replaceChildren(...kept, ...found.filter(({ value }) => !values.has(value)).map(choice));
    group.hidden = !list.children.length;
    status.textContent = says;
  }

  // Which of those that are ticked the way that is chosen does not join.
  function judge() {
    const kinds = fits[form.elements.way.value];
    const wrong = [...list.querySelectorAll("input:checked")].filter(
      ({ value }) => kinds && !kinds.includes(value.split(":")[0]),
    );
    const titles = wrong.map((each) => `“${each.labels[0].firstElementChild.textContent}”`);
    unfit.textContent = titles.length ? `${unfit.dataset.linkingUnfit} ${titles.join(", ")}` : "";
  }

  function choice({ value, title, about }) {
    const each = item.cloneNode(true);
    const input = each.querySelector("input");
    const label = each.querySelector("label");
    made += 1;
    input.id = label.htmlFor = `found-${made}`;
    input.value = value;
    [label.firstElementChild.textContent, label.lastElementChild.textContent] = [title, about];
    return each;
  }

  words.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(ask, WAIT);
  });
  // Enter looks for what is typed, and saves nothing.
  words.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.isComposing) return;
    event.preventDefault();
    clearTimeout(timer);
    ask();
  });
  form.elements.way.addEventListener?.("change", () => {
    judge();
    ask();
  });
  list.addEventListener("change", judge);
}
