// Filters take effect at once; without this script, the "Apply filters" button does the same.
const FOCUS = "filters-focus";

for (const form of document.querySelectorAll("form[data-at-once]")) {
  // What is typed takes effect by the button alone: nobody can tell when it is typed to the end.
  const isTyped = form.querySelector("input[type=search], input[inputmode]");
  for (const shown of form.querySelectorAll("[data-at-once-note]")) shown.hidden = Boolean(isTyped);
  for (const button of form.querySelectorAll("[data-at-once-button]")) button.hidden = !isTyped;
  form.addEventListener("change", ({ target }) => {
    if (!target.matches("input[type=checkbox], input[type=radio], select")) return;
    sessionStorage.setItem(FOCUS, target.id);
    form.requestSubmit();
  });
}

// The page that comes back keeps the reader's place.
const id = sessionStorage.getItem(FOCUS);
sessionStorage.removeItem(FOCUS);
if (id) document.getElementById(id)?.focus();
