/** Asks before a form marked `data-warn-unsaved` with unsaved changes is left. */
export function warnBeforeLeaving(): void {
  let unsaved = false;
  document.addEventListener("input", (event) => {
    if (event.target instanceof Element && event.target.closest("form[data-warn-unsaved]")) unsaved = true;
  });
  document.addEventListener("submit", () => {
    unsaved = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
}
