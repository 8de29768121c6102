// Unfolds the links that are suggested for a record on its page; without this script a link leads to them.
for (const place of document.querySelectorAll("[data-likely]")) unfold(place);

async function unfold(place) {
  const answer = await fetch(place.dataset.likely).catch(() => null);
  // Whoever was signed out meanwhile is sent to a page, which is no list; the link stays.
  if (!answer?.ok || answer.redirected) return;
  const { says, suggested, decide } = await answer.json();
  place.hidden = !suggested.length;
  if (place.hidden) return;
  const details = element("details", "nhsuk-details");
  const summary = element("summary", "nhsuk-details__summary");
  const text = element("div", "nhsuk-details__text");
  summary.append(element("span", "nhsuk-details__summary-text", says));
  const ways = new Set(suggested.map(({ does }) => does));
  for (const way of ways) {
    const list = element("ul", "gt-rows gt-measure");
    for (const { title, url, why } of suggested.filter(({ does }) => does === way)) {
      const item = element("li");
      item.append(link(title, url), element("span", "sub", why));
      list.append(item);
    }
    text.append(element("p", text.children.length ? "gt-before" : "", way), list);
  }
  const last = element("p", "gt-after");
  last.append(link(decide.words, decide.url));
  text.append(last);
  details.append(summary, text);
  place.replaceChildren(details);
}

function link(words, url) {
  const made = element("a", "", words);
  made.href = url;
  return made;
}

function element(name, classes = "", words = "") {
  const made = document.createElement(name);
  if (classes) made.className = classes;
  if (words) made.textContent = words;
  return made;
}
