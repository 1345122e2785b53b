import type { Map as MapView } from "maplibre-gl";
import type { Layer } from "./settings";
import { smallButton } from "../small-button";

/** Keeps in the address what the map shows, so that the page can be shared and comes back as it was. */
export function keepsInAddress(map: MapView, block: HTMLElement, layers: Layer[]): () => void {
  const keep = (): void => {
    const address = new URL(location.href);
    const { lat, lng } = map.getCenter();
    address.searchParams.set("at", `${lat.toFixed(5)},${lng.toFixed(5)},${map.getZoom().toFixed(1)}`);
    address.searchParams.delete("layer");
    address.searchParams.delete("step");
    for (const { id } of layers) {
      const box = block.querySelector<HTMLInputElement>(`input[data-map-layer="${CSS.escape(id)}"]`);
      if (box?.checked) address.searchParams.append("layer", id);
      const step = block.querySelector<HTMLElement>(`[data-map-steps="${CSS.escape(id)}"]`)?.dataset["value"];
      if (box?.checked && step !== undefined) address.searchParams.append("step", `${id}:${step}`);
    }
    // An empty map is something else than a map that nobody has said anything about.
    if (!address.searchParams.has("layer")) address.searchParams.append("layer", "");
    history.replaceState(history.state, "", address);
    followIn(address);
  };
  // Moves that nobody made, such as the first fitting, change nothing.
  map.on("moveend", (event) => {
    if (event.originalEvent) keep();
  });
  return keep;
}

/** Links to the same part of the map take what the address says. */
function followIn(address: URL): void {
  for (const link of document.querySelectorAll<HTMLAnchorElement>("a[data-map-same]")) {
    const target = new URL(link.href);
    for (const name of (link.dataset["mapSame"] ?? "").split(" ")) {
      target.searchParams.delete(name);
      for (const value of address.searchParams.getAll(name)) target.searchParams.append(name, value);
    }
    link.href = target.href;
  }
}

/** A button that copies the address. */
export function shares(frame: HTMLElement, word: (key: string) => string): void {
  if (!window.isSecureContext) return;
  const controls = document.createElement("div");
  controls.className = "map-pick";
  const button = smallButton(word("share"));
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  controls.append(button, status);
  frame.after(controls);
  button.addEventListener("click", () => {
    void navigator.clipboard.writeText(location.href).then(() => {
      status.textContent = word("shared");
    });
  });
}

/** Puts a picture of the map beside it for the printer: browsers print no WebGL. */
export function prints(map: MapView, frame: HTMLElement): void {
  let picture: HTMLImageElement | undefined;
  window.addEventListener("beforeprint", () => {
    map.redraw();
    picture = document.createElement("img");
    picture.className = "map__printed";
    picture.alt = frame.closest("section")?.getAttribute("aria-label") ?? "";
    picture.src = map.getCanvas().toDataURL("image/png");
    frame.before(picture);
  });
  window.addEventListener("afterprint", () => picture?.remove());
}
