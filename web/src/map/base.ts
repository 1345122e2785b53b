import { addProtocol, type LayerSpecification, type StyleSpecification } from "maplibre-gl";
import { PMTiles, Protocol, TileType } from "pmtiles";
import type { City } from "./settings";

/** The base of the map and whose it is, in words. */
export interface Base {
  style: StyleSpecification;
  attribution: string;
}

const LAND = "#f7f6f2";
const WATER = "#c5dcea";
const TEXT_FONT = ["sans-serif"];

/** Without a base map: calm ground. The city's outline is drawn over it. */
function plain(): StyleSpecification {
  return {
    version: 8,
    sources: {},
    layers: [{ id: "ground", type: "background", paint: { "background-color": "#eceff1" } }],
  };
}

/** What lies under everything else: the city's own archive, a tile server that the city named, or plain ground. */
export async function baseOf(city: City, language: string): Promise<Base> {
  if (city.archive) {
    try {
      return await fromArchive(city.archive, language);
    } catch {
      // A file that cannot be read must not take the map away.
    }
  }
  if (city.tiles) {
    const style = plain();
    style.sources["base"] = { type: "raster", tiles: [city.tiles.url], tileSize: 256, maxzoom: city.tiles.longest };
    style.layers.push({ id: "base", type: "raster", source: "base" });
    return { style, attribution: city.tiles.attribution };
  }
  return { style: plain(), attribution: "" };
}

let protocol: Protocol | undefined;

async function fromArchive(address: string, language: string): Promise<Base> {
  const absolute = new URL(address, location.href).href;
  if (!protocol) {
    protocol = new Protocol();
    addProtocol("pmtiles", protocol.tile);
  }
  const archive = new PMTiles(absolute);
  protocol.add(archive);
  const header = await archive.getHeader();
  const metadata = (await archive.getMetadata()) as { attribution?: unknown; vector_layers?: { id?: unknown }[] } | null;
  const style = plain();
  const url = `pmtiles://${absolute}`;
  if (header.tileType === TileType.Mvt) {
    style.sources["base"] = { type: "vector", url };
    const names = new Set((metadata?.vector_layers ?? []).map((layer) => layer.id));
    style.layers.push(...vectorLayers(language).filter((layer) => "source-layer" in layer && names.has(layer["source-layer"])));
  } else {
    style.sources["base"] = { type: "raster", url, tileSize: 256 };
    style.layers.push({ id: "base", type: "raster", source: "base" });
  }
  return { style, attribution: asText(metadata?.attribution) };
}

/** Archives carry their attribution as HTML; only its words are shown. */
function asText(html: unknown): string {
  if (typeof html !== "string") return "";
  return new DOMParser().parseFromString(html, "text/html").body.textContent?.trim() ?? "";
}

/** A quiet style for the two common ways of naming the layers of a base map: Protomaps and OpenMapTiles. */
function vectorLayers(language: string): LayerSpecification[] {
  const own = language === "en" ? ["name:en", "name_en", "name:latin"] : ["name:ja"];
  const name: unknown[] = ["coalesce", ...own.map((key) => ["get", key]), ["get", "name"], ""];
  const fill = (layer: string, colour: string): LayerSpecification => ({
    id: `base-${layer}`,
    type: "fill",
    source: "base",
    "source-layer": layer,
    paint: { "fill-color": colour },
    filter: ["==", ["geometry-type"], "Polygon"],
  });
  const line = (layer: string, colour: string, wide: number, from = 0): LayerSpecification => ({
    id: `base-${layer}-line`,
    type: "line",
    source: "base",
    "source-layer": layer,
    minzoom: from,
    filter: ["!=", ["geometry-type"], "Point"],
    paint: { "line-color": colour, "line-width": ["interpolate", ["exponential", 1.5], ["zoom"], 8, wide / 4, 14, wide, 18, wide * 5] },
  });
  const text = (layer: string, from: number, size: number): LayerSpecification => ({
    id: `base-${layer}-text`,
    type: "symbol",
    source: "base",
    "source-layer": layer,
    minzoom: from,
    filter: ["==", ["geometry-type"], "Point"],
    layout: { "text-field": name as never, "text-font": TEXT_FONT, "text-size": size, "text-max-width": 8 },
    paint: { "text-color": "#333", "text-halo-color": "#fff", "text-halo-width": 1.5 },
  });
  const along = (layer: string): LayerSpecification => ({
    id: `base-${layer}-along`,
    type: "symbol",
    source: "base",
    "source-layer": layer,
    minzoom: 13,
    filter: ["!=", ["geometry-type"], "Point"],
    layout: { "symbol-placement": "line", "text-field": name as never, "text-font": TEXT_FONT, "text-size": 11 },
    paint: { "text-color": "#444", "text-halo-color": "#fff", "text-halo-width": 1.5 },
  });
  return [
    fill("earth", LAND),
    fill("landcover", "#e8eedf"),
    fill("landuse", "#ebeee2"),
    fill("park", "#dcebd2"),
    fill("water", WATER),
    line("waterway", WATER, 2),
    line("boundaries", "#9a8fb0", 1.2),
    line("boundary", "#9a8fb0", 1.2),
    fill("buildings", "#e0ddd6"),
    fill("building", "#e0ddd6"),
    line("roads", "#c9c4b8", 3, 6),
    line("transportation", "#c9c4b8", 3, 6),
    along("roads"),
    along("transportation_name"),
    text("pois", 16, 11),
    text("poi", 16, 11),
    text("places", 4, 13),
    text("place", 4, 13),
  ];
}
