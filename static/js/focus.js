// Puts the result of a change, or the summary of errors, in focus when the page opens.
document.querySelector("[data-focus]")?.focus();
