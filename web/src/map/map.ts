// The map of a page: a bundle of its own, fetched only by pages that have one.
import { GeolocateControl, Map as MapView, Marker, NavigationControl, ScaleControl, setWorkerUrl } from "maplibre-gl";
import { baseOf } from "./base";
import { addLayers, addOutline, cornersOf, extent, tellWhatItIs, useLegend } from "./layers";
import { measures } from "./measure";
import { pickPlace, pin } from "./pick-place";
import { keepsInAddress, prints, shares } from "./whole";
import { addSigns } from "./signs";
import { JAPAN, cityOf, type Block, type Position } from "./settings";

interface DrawModule {
  draws(map: MapView, block: HTMLElement, settings: Block, neighbours: () => Position[]): void;
}

/** Draws the map of a block. Throws when it cannot be drawn; the block then stays as it was. */
export async function show(block: HTMLElement): Promise<void> {
  const settings = JSON.parse(block.dataset["map"] ?? "") as Block;
  const frame = block.querySelector<HTMLElement>("[data-map-frame]");
  if (!frame) throw new Error("the block has no frame");
  const word = (key: string): string => settings.words[key] ?? "";
  const city = await cityOf();
  const base = await baseOf(city, settings.language);
  const hasBase = base.style.layers.length > 1;
  const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;

  frame.hidden = false;
  setWorkerUrl(block.dataset["worker"] ?? "");
  const centre = settings.pin ?? settings.centre ?? city.centre;
  const map = new MapView({
    container: frame,
    style: base.style,
    center: centre ?? [137.5, 36.5],
    zoom: settings.zoom ?? (settings.pin && hasBase ? 16 : centre ? (city.zoom ?? 12) : 4),
    maxBounds: JAPAN,
    maxZoom: 19,
    attributionControl: false,
    // The map stays north up and flat: nobody gets lost by a finger that turned.
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    // One finger scrolls the page past a map that only shows; where a place is picked it moves the map, which was opened for that.
    cooperativeGestures: settings.pick === undefined && settings.draw === undefined,
    fadeDuration: calm ? 0 : 200,
    // No font is fetched: letters are drawn with those of the device.
    localIdeographFontFamily: "'BIZ UDPGothic', 'Hiragino Sans', 'Noto Sans CJK JP', 'Noto Sans JP', sans-serif",
    locale: {
      "Map.Title": settings.name,
      "Marker.Title": word("pin"),
      "NavigationControl.ZoomIn": word("zoom-in"),
      "NavigationControl.ZoomOut": word("zoom-out"),
      "GeolocateControl.FindMyLocation": word("locate"),
      "GeolocateControl.LocationNotAvailable": word("locate-failed"),
      "Popup.Close": word("close"),
      "CooperativeGesturesHandler.WindowsHelpText": word("gesture-control"),
      "CooperativeGesturesHandler.MacHelpText": word("gesture-command"),
      "CooperativeGesturesHandler.MobileHelpText": word("gesture-fingers"),
    },
  });
  map.keyboard.disableRotation();
  map.touchZoomRotate.disableRotation();
  map.addControl(new NavigationControl({ showCompass: false }), "top-right");
  if (window.isSecureContext && "geolocation" in navigator) {
    map.addControl(new GeolocateControl({ positionOptions: { enableHighAccuracy: true }, trackUserLocation: false }), "top-right");
  }
  map.addControl(new ScaleControl({ unit: "metric" }), "bottom-left");
  // A tile or a layer that does not come leaves a gap, not a page without a map.
  map.on("error", () => undefined);

  await new Promise<void>((resolve) => map.once("load", () => resolve()));
  addSigns(map, settings.layers);
  addOutline(map, city, hasBase);
  addLayers(map, settings.layers);
  const changed = settings.whole ? keepsInAddress(map, block, settings.layers) : () => undefined;
  useLegend(map, block, settings.layers, changed);
  const measuring = settings.whole ? measures(map, frame, word) : () => false;
  if (settings.whole) {
    shares(frame, word);
    prints(map, frame);
  }
  tellWhatItIs(map, settings, () => settings.draw !== undefined || measuring());
  if (settings.draw) {
    const { draws } = (await import(block.dataset["draw"] ?? "")) as DrawModule;
    draws(map, block, settings, () => cornersOf(map, settings.layers));
  }
  if (settings.pin) new Marker({ element: pin(word("pin")), anchor: "bottom" }).setLngLat(settings.pin).addTo(map);
  if (settings.pick !== undefined) pickPlace(map, block, settings);
  if (settings.pin && !hasBase && settings.zoom === undefined) {
    // On plain ground only the city's border tells where a pin is.
    const bounds = await extent(map, ["outline"]);
    if (bounds) map.fitBounds(bounds, { padding: 16, animate: false });
  } else if (!settings.pin && !settings.centre && !(settings.draw && isFilled(block, settings.draw.input))) {
    const ids = settings.layers.filter((layer) => layer.geojson).map((layer) => layer.id);
    const bounds = (await extent(map, ids)) ?? (city.centre ? undefined : await extent(map, ["outline"]));
    if (bounds) map.fitBounds(bounds, { padding: 40, maxZoom: 15, animate: false });
  }
  if (base.attribution) {
    const line = document.createElement("p");
    line.className = "map__attribution";
    line.textContent = base.attribution;
    frame.after(line);
  }
  block.querySelector("[data-map-instead]")?.setAttribute("hidden", "");
  block.querySelector("[data-map-open]")?.setAttribute("hidden", "");
  if (settings.pick !== undefined || settings.draw) map.getCanvas().focus({ preventScroll: true });
  map.once("idle", () => {
    block.dataset["mapState"] = "shown";
  });
}

/** Whether there is a shape already: then the map is where it is. */
function isFilled(block: HTMLElement, input: string): boolean {
  const box = block.closest("form")?.elements.namedItem(input);
  return box instanceof HTMLTextAreaElement && box.value.trim() !== "";
}
