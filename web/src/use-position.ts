/** Offers the device's position for questions about a place. It is asked for only when somebody presses the button. */
export function usePosition(root: ParentNode): void {
  if (!("geolocation" in navigator) || !window.isSecureContext) return;
  for (const block of root.querySelectorAll<HTMLElement>("[data-position][hidden]")) {
    const form = block.closest("form");
    const button = block.querySelector("button");
    const said = block.querySelector("[role=status]");
    const box = form?.elements.namedItem(block.dataset["positionBox"] ?? `${block.dataset["position"]}.coordinates`);
    if (!button || !said || !(box instanceof HTMLInputElement)) continue;
    block.hidden = false;
    const say = (text: string | undefined): void => {
      said.textContent = text ?? "";
    };
    button.addEventListener("click", () => {
      say(block.dataset["waiting"]);
      navigator.geolocation.getCurrentPosition(
        ({ coords }) => {
          // Six decimal places are a hand's breadth: more is not kept.
          box.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
          box.dispatchEvent(new Event("input", { bubbles: true }));
          say(block.dataset["found"]);
        },
        (error) => say(error.code === error.PERMISSION_DENIED ? block.dataset["refused"] : block.dataset["failed"]),
        { enableHighAccuracy: true, timeout: 20_000 },
      );
    });
  }
}
