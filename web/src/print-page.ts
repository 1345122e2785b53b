/** A button marked `data-print` prints the page; without script the browser's own menu does. */
export function printPage(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }
}
