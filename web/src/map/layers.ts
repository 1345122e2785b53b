import { LngLatBounds, Popup, type ExpressionSpecification, type FilterSpecification, type GeoJSONSource, type LngLatBoundsLike, type Map as MapView, type MapGeoJSONFeature } from "maplibre-gl";
import { COLOURS, classImage, patternImage } from "./signs";
import type { Block, City, Layer, Position } from "./settings";

/** The city's outline, under everything else of ours. */
export function addOutline(map: MapView, city: City, hasBase: boolean): void {
  if (!city.outline) return;
  map.addSource("outline", { type: "geojson", data: new URL(city.outline, location.href).href });
  if (!hasBase) map.addLayer({ id: "outline-ground", type: "fill", source: "outline", paint: { "fill-color": "#fdfdfb" } });
  map.addLayer({ id: "outline", type: "line", source: "outline", paint: { "line-color": "#6b6480", "line-width": 2, "line-dasharray": [4, 2] } });
}

const is = (type: string): ExpressionSpecification => ["==", ["geometry-type"], type];

/** Which features a part of a layer draws. */
const FILTERS = {
  areas: is("Polygon"),
  lines: ["!=", ["geometry-type"], "Point"] as ExpressionSpecification,
  signs: ["all", is("Point"), ["!", ["has", "point_count"]]] as ExpressionSpecification,
};

/** A value for each class, else another. */
function byClass<T extends string | number>(layer: Layer, value: (at: number) => T, otherwise: T): ExpressionSpecification {
  const classes = layer.classes ?? [];
  if (classes.length === 0) return ["literal", otherwise] as unknown as ExpressionSpecification;
  const cases = classes.flatMap((_, at) => [at, value(at)]);
  return ["match", ["get", "class"], ...cases, otherwise] as unknown as ExpressionSpecification;
}

/** Features of classes with a pattern. */
function patterned(layer: Layer): ExpressionSpecification {
  const places = (layer.classes ?? []).flatMap((one, at) => (one.pattern === "plain" ? [] : [at]));
  return ["in", ["coalesce", ["get", "class"], -1], ["literal", places]];
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
    const classes = layer.classes ?? [];
    const opacity = (layer.opacity ?? 100) / 100;
    map.addLayer({
      id: `${id}-areas`,
      type: "fill",
      source: id,
      ...inside,
      filter: FILTERS.areas,
      layout: { visibility },
      paint: { "fill-color": byClass(layer, (at) => classes[at]?.colour ?? colour, colour), "fill-opacity": layer.opacity === undefined ? 0.3 : opacity },
    });
    map.addLayer({
      id: `${id}-patterns`,
      type: "fill",
      source: id,
      ...inside,
      filter: ["all", FILTERS.areas, patterned(layer)] as FilterSpecification,
      layout: { visibility },
      paint: { "fill-pattern": byClass(layer, (at) => patternImage(classes[at]?.pattern ?? "plain"), patternImage("dots")), "fill-opacity": opacity },
    });
    map.addLayer({
      id: `${id}-lines`,
      type: "line",
      source: id,
      ...inside,
      filter: FILTERS.lines,
      layout: { visibility, "line-join": "round" },
      paint: {
        // The colours of areas may be pale: their border is not.
        "line-color": ["case", ["==", ["geometry-type"], "Polygon"], classes.length > 0 ? "#555" : colour, byClass(layer, (at) => classes[at]?.colour ?? colour, colour)] as ExpressionSpecification,
        "line-width": ["case", ["==", ["geometry-type"], "Polygon"], classes.length > 0 ? 0.8 : 2.5, byClass(layer, (at) => 2.5 * (classes[at]?.factor ?? 1), 2.5)] as ExpressionSpecification,
      },
    });
    map.addLayer({
      id: `${id}-signs`,
      type: "symbol",
      source: id,
      ...inside,
      filter: FILTERS.signs,
      layout: {
        visibility,
        "icon-image": byClass(layer, (at) => classImage(layer, at), layer.sign),
        "icon-size": byClass(layer, (at) => classes[at]?.factor ?? 1, 1),
        "icon-allow-overlap": true,
      },
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

const PARTS = ["areas", "patterns", "lines", "signs", "many", "count"] as const;

/** Shows one step in time of a layer; features without one belong to all. */
function showStep(map: MapView, layer: Layer, value: string): void {
  const belongs: ExpressionSpecification = ["==", ["coalesce", ["get", "step"], value], value];
  const set = (part: string, ...filters: ExpressionSpecification[]): void => {
    map.setFilter(`${layer.id}-${part}`, ["all", ...filters, belongs] as FilterSpecification);
  };
  set("areas", FILTERS.areas);
  set("patterns", FILTERS.areas, patterned(layer));
  set("lines", FILTERS.lines);
  set("signs", FILTERS.signs);
}

function cover(map: MapView, layer: Layer, part: number): void {
  map.setPaintProperty(`${layer.id}-areas`, "fill-opacity", part);
  map.setPaintProperty(`${layer.id}-patterns`, "fill-opacity", part);
  map.setPaintProperty(`${layer.id}-lines`, "line-opacity", part);
  map.setPaintProperty(`${layer.id}-signs`, "icon-opacity", part);
}

function usePropertiesOf(map: MapView, block: HTMLElement, layer: Layer, changed: () => void): void {
  const within = (name: string): HTMLElement | null => block.querySelector<HTMLElement>(`[${name}="${CSS.escape(layer.id)}"]`);
  const opacity = within("data-map-opacity");
  const percent = opacity?.querySelector("input");
  if (opacity && percent) {
    opacity.hidden = false;
    percent.addEventListener("input", () => cover(map, layer, Number(percent.value) / 100));
  }
  const steps = within("data-map-steps");
  const at = steps?.querySelector("input");
  const said = steps?.querySelector("output");
  if (steps && at && said) {
    const wanted = new URLSearchParams(location.search).getAll("step").find((one) => one.startsWith(`${layer.id}:`));
    const begin = layer.steps?.findIndex(([value]) => `${layer.id}:${value}` === wanted) ?? -1;
    at.value = String(Math.max(0, begin));
    const show = (): void => {
      const [value, words] = layer.steps?.[Number(at.value)] ?? ["", ""];
      said.textContent = words;
      at.setAttribute("aria-valuetext", words);
      steps.dataset["value"] = value;
      showStep(map, layer, value);
    };
    steps.hidden = false;
    at.addEventListener("input", () => {
      show();
      changed();
    });
    show();
  }
}

/** The boxes of the legend switch layers on and off. */
export function useLegend(map: MapView, block: HTMLElement, layers: Layer[], changed: () => void): void {
  for (const layer of layers) {
    usePropertiesOf(map, block, layer, changed);
    const box = block.querySelector<HTMLInputElement>(`input[data-map-layer="${CSS.escape(layer.id)}"]`);
    if (!box) continue;
    box.disabled = false;
    box.hidden = false;
    box.addEventListener("change", () => {
      for (const part of PARTS) map.setLayoutProperty(`${layer.id}-${part}`, "visibility", box.checked ? "visible" : "none");
      changed();
    });
  }
}

/** A press on something says what it is: its name, its words, and a link of ours. */
export function tellWhatItIs(map: MapView, settings: Block, isBusy: () => boolean): void {
  const ids = (...parts: readonly string[]) => settings.layers.flatMap((layer) => parts.map((part) => `${layer.id}-${part}`));
  const pressable = ids("signs", "lines", "areas");
  map.on("click", (event) => {
    if (isBusy()) return;
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

/** The corners of what is drawn of layers of GeoJSON, as they were sent. */
export function cornersOf(map: MapView, layers: Layer[]): Position[] {
  const found: Position[] = [];
  const take = (coordinates: unknown): void => {
    if (!Array.isArray(coordinates)) return;
    const [longitude, latitude] = coordinates as unknown[];
    if (typeof longitude === "number" && typeof latitude === "number") found.push([longitude, latitude]);
    else coordinates.forEach(take);
  };
  for (const { id } of layers.filter((layer) => layer.geojson)) {
    for (const { geometry } of map.querySourceFeatures(id)) if ("coordinates" in geometry) take(geometry.coordinates);
  }
  return found;
}
