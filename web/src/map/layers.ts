import { LngLatBounds, Popup, type GeoJSONSource, type LngLatBoundsLike, type Map as MapView, type MapGeoJSONFeature } from "maplibre-gl";
import { COLOURS } from "./signs";
import type { Block, City, Layer } from "./settings";

/** The city's outline, under everything else of ours. */
export function addOutline(map: MapView, city: City, hasBase: boolean): void {
  if (!city.outline) return;
  map.addSource("outline", { type: "geojson", data: new URL(city.outline, location.href).href });
  if (!hasBase) map.addLayer({ id: "outline-ground", type: "fill", source: "outline", paint: { "fill-color": "#fdfdfb" } });
  map.addLayer({ id: "outline", type: "line", source: "outline", paint: { "line-color": "#6b6480", "line-width": 2, "line-dasharray": [4, 2] } });
}

/** The layers of the page, each as areas, lines and signs, whatever it holds. */
export function addLayers(map: MapView, layers: Layer[]): void {
  for (const layer of layers) {
    const { id } = layer;
    const inside = layer.tiles ? { "source-layer": layer.inside ?? id } : {};
    if (layer.tiles) {
      map.addSource(id, {
        type: "vector",
        tiles: [new URL(layer.tiles, location.href).href.replaceAll("%7B", "{").replaceAll("%7D", "}")],
        maxzoom: layer.longest ?? 14,
      });
    } else {
      map.addSource(id, {
        type: "geojson",
        data: new URL(layer.geojson ?? "", location.href).href,
        ...(layer.gathers ? { cluster: true, clusterRadius: 36, clusterMaxZoom: 14 } : {}),
      });
    }
    const colour = COLOURS[layer.sign];
    const visibility = layer.on ? "visible" : "none";
    const is = (type: string): ["==", ["geometry-type"], string] => ["==", ["geometry-type"], type];
    map.addLayer({
      id: `${id}-areas`,
      type: "fill",
      source: id,
      ...inside,
      filter: is("Polygon"),
      layout: { visibility },
      paint: { "fill-color": colour, "fill-opacity": 0.3 },
    });
    map.addLayer({
      id: `${id}-lines`,
      type: "line",
      source: id,
      ...inside,
      filter: ["!=", ["geometry-type"], "Point"],
      layout: { visibility, "line-join": "round" },
      paint: { "line-color": colour, "line-width": 2.5 },
    });
    map.addLayer({
      id: `${id}-signs`,
      type: "symbol",
      source: id,
      ...inside,
      filter: ["all", is("Point"), ["!", ["has", "point_count"]]],
      layout: { visibility, "icon-image": layer.sign, "icon-allow-overlap": true },
    });
    map.addLayer({
      id: `${id}-many`,
      type: "circle",
      source: id,
      ...inside,
      filter: ["has", "point_count"],
      layout: { visibility },
      paint: { "circle-radius": 16, "circle-color": colour, "circle-stroke-color": "#fff", "circle-stroke-width": 2 },
    });
    map.addLayer({
      id: `${id}-count`,
      type: "symbol",
      source: id,
      ...inside,
      filter: ["has", "point_count"],
      layout: { visibility, "text-field": ["to-string", ["get", "point_count"]], "text-font": ["sans-serif"], "text-size": 13, "text-allow-overlap": true },
      paint: { "text-color": "#fff" },
    });
  }
}

const PARTS = ["areas", "lines", "signs", "many", "count"] as const;

/** The boxes of the legend switch layers on and off. */
export function useLegend(map: MapView, block: HTMLElement, layers: Layer[]): void {
  for (const layer of layers) {
    const box = block.querySelector<HTMLInputElement>(`input[data-map-layer="${CSS.escape(layer.id)}"]`);
    if (!box) continue;
    box.disabled = false;
    box.hidden = false;
    box.addEventListener("change", () => {
      for (const part of PARTS) map.setLayoutProperty(`${layer.id}-${part}`, "visibility", box.checked ? "visible" : "none");
    });
  }
}

/** A press on something says what it is: its name, its words, and a link of ours. */
export function tellWhatItIs(map: MapView, settings: Block): void {
  const ids = (...parts: readonly string[]) => settings.layers.flatMap((layer) => parts.map((part) => `${layer.id}-${part}`));
  const pressable = ids("signs", "lines", "areas");
  map.on("click", (event) => {
    const [many] = map.queryRenderedFeatures(event.point, { layers: ids("many") });
    if (many) {
      void comeNearer(map, many);
      return;
    }
    const around: [[number, number], [number, number]] = [
      [event.point.x - 6, event.point.y - 6],
      [event.point.x + 6, event.point.y + 6],
    ];
    const seen = new Set<string>();
    const found = map.queryRenderedFeatures(around, { layers: pressable }).filter((feature) => {
      const key = JSON.stringify(feature.properties);
      return seen.has(key) ? false : seen.add(key);
    });
    if (found.length === 0) return;
    const content = document.createElement("ul");
    content.className = "map-says";
    content.append(...found.slice(0, 5).map(said));
    new Popup({ maxWidth: "18rem", className: "map-popup" }).setLngLat(event.lngLat).setDOMContent(content).addTo(map);
  });
  for (const id of [...pressable, ...ids("many")]) {
    map.on("mouseenter", id, () => map.getCanvas().classList.add("map-canvas--press"));
    map.on("mouseleave", id, () => map.getCanvas().classList.remove("map-canvas--press"));
  }
}

function said(feature: MapGeoJSONFeature): HTMLElement {
  const item = document.createElement("li");
  const { name, text, href } = feature.properties;
  const title = document.createElement("strong");
  title.textContent = String(name ?? "");
  item.append(title);
  if (text) {
    const words = document.createElement("p");
    words.textContent = String(text);
    item.append(words);
  }
  // Only pages of this city: data may come from elsewhere.
  if (typeof href === "string" && /^\/(?![/\\])/.test(href)) {
    const link = document.createElement("a");
    link.href = href;
    link.textContent = title.textContent;
    title.replaceWith(link);
  }
  return item;
}

async function comeNearer(map: MapView, feature: MapGeoJSONFeature): Promise<void> {
  const source = map.getSource<GeoJSONSource>(feature.source);
  const id: unknown = feature.properties["cluster_id"];
  if (!source || typeof id !== "number" || feature.geometry.type !== "Point") return;
  const zoom = await source.getClusterExpansionZoom(id);
  map.easeTo({ center: feature.geometry.coordinates as [number, number], zoom: zoom + 0.3 });
}

/** What the given sources hold, all together. */
export async function extent(map: MapView, ids: string[]): Promise<LngLatBoundsLike | undefined> {
  const all = new LngLatBounds();
  for (const id of ids) {
    const source = map.getSource<GeoJSONSource>(id);
    if (source?.type !== "geojson") continue;
    const bounds = await source.getBounds();
    if (!bounds.isEmpty()) all.extend(bounds);
  }
  return all.isEmpty() ? undefined : all;
}
