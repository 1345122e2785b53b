import { Marker, type LngLat, type Map as MapView } from "maplibre-gl";
import { JAPAN, type Block, type Position } from "./settings";
import { smallButton } from "../small-button";

/** A pin with words of the page. */
export function pin(label: string): HTMLElement {
  const element = document.createElement("div");
  element.className = "map-pin";
  element.setAttribute("role", "img");
  element.setAttribute("aria-label", label);
  return element;
}

/**
 * Picks a place for a box of a form: a press on the map sets the pin, the pin can be dragged, and whoever uses the keyboard moves the map
 * and sets the pin in its middle. The box stays the one truth: what is typed there moves the pin.
 */
export function pickPlace(map: MapView, block: HTMLElement, settings: Block): void {
  const form = block.closest("form");
  const box = form?.elements.namedItem(settings.pick ?? "");
  if (!(box instanceof HTMLInputElement)) return;
  const word = (key: string): string => settings.words[key] ?? "";
  const marker = new Marker({ element: pin(word("pin")), draggable: true, anchor: "bottom" });
  let shown = false;
  let writing = false;

  const controls = document.createElement("div");
  controls.className = "map-pick";
  const here = smallButton(word("here"));
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  controls.append(here, status);
  block.querySelector("[data-map-frame]")?.after(controls);

  const place = (at: LngLat | Position): void => {
    marker.setLngLat(at);
    if (!shown) marker.addTo(map);
    shown = true;
  };
  const write = (): void => {
    const { lng, lat } = marker.getLngLat().wrap();
    writing = true;
    // Six decimal places are a hand's breadth: more is not kept.
    box.value = `${lat.toFixed(6)}, ${lng.toFixed(6)}`;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    writing = false;
    status.textContent = `${word("placed")} ${box.value}`;
    void tellAddress(box.value).catch(() => undefined);
  };
  // The pin in words: whoever does not see the map, and whoever doubts it, hears where it stands.
  const tellAddress = async (at: string): Promise<void> => {
    const response = await fetch("/map/near", { method: "POST", body: new URLSearchParams({ at }) });
    if (!response.ok) return;
    const { said } = (await response.json()) as { said: string };
    if (said && box.value === at) status.textContent = `${word("placed")} ${at} ${said}`;
  };
  const set = (at: LngLat): void => {
    place(at);
    write();
  };
  map.on("click", (event) => set(event.lngLat));
  marker.on("dragend", write);
  here.addEventListener("click", () => set(map.getCenter()));
  const follow = (): void => {
    if (writing) return;
    const at = read(box.value);
    status.textContent = "";
    if (at) {
      place(at);
      if (!map.getBounds().contains(at)) map.jumpTo({ center: at });
    } else {
      marker.remove();
      shown = false;
    }
  };
  box.addEventListener("input", follow);
  if (box.value) follow();
}

/** `34.7594, 135.5168` as the server reads it: latitude first, in Japan. */
export function read(text: string): Position | undefined {
  const parts = text
    .normalize("NFKC")
    .split(/[,、\s]+/)
    .filter((part) => part !== "")
    .map(Number);
  const [latitude, longitude] = parts;
  if (parts.length !== 2 || latitude === undefined || longitude === undefined) return undefined;
  const [[west, south], [east, north]] = JAPAN;
  return latitude > south && latitude < north && longitude > west && longitude < east ? [longitude, latitude] : undefined;
}
