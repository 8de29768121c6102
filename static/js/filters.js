// Filters take effect at once; without this script, the "Apply filters" button does the same.
const FOCUS = "filters-focus";

for (const form of document.querySelectorAll("form[data-at-once]")) {
  // What is typed takes effect by the button alone: nobody can tell when it is typed to the end.
  const isTyped = form.querySelector("input[type=search], input[inputmode]");
  for (const shown of form.querySelectorAll("[data-at-once-note]")) shown.hidden = Boolean(isTyped);
  for (const button of form.querySelectorAll("[data-at-once-button]")) button.hidden = !isTyped;
  // What is left empty asks nothing, and has no place in an address that people share.
  form.addEventListener("formdata", ({ formData }) => {
    for (const { name } of form.querySelectorAll("input[inputmode], input[type=search]"))
      if (formData.get(name) === "") formData.delete(name);
  });
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

// Whoever comes back to this page sees what it was made with, and not what was ticked as they left it.
addEventListener("pageshow", ({ persisted }) => {
  const isNew = performance.getEntriesByType("navigation")[0]?.type === "navigate";
  if (isNew && !persisted) return;
  for (const form of document.querySelectorAll("form[data-at-once]")) form.reset();
});
