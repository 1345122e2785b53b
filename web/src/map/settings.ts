/** A position as maps take it: longitude first. */
export type Position = [longitude: number, latitude: number];

/** What is drawn over the base: the page says it in `data-map`. */
export interface Layer {
  id: string;
  sign: SignName;
  on: boolean;
  /** The address of GeoJSON, or of vector tiles with `{z}/{x}/{y}`. */
  geojson?: string;
  /** Points that stand close together are drawn as one with their number. */
  gathers?: boolean;
  tiles?: string;
  /** The layer inside the vector tiles. */
  inside?: string;
  longest?: number;
  /** The classes that the property `class` of a feature counts, from 0. */
  classes?: Class[];
  /** How much of the ground it covers, in percent. */
  opacity?: number;
  /** Values of the property `step`, of which one is shown, with their words. */
  steps?: [value: string, words: string][];
}

/** A class of a layer. */
export interface Class {
  colour: string;
  pattern: PatternName;
  sign: SignName;
  factor: number;
}

export type PatternName = "plain" | "dots" | "rising" | "falling" | "cross" | "level" | "upright" | "grid";

export type SignName = "circle" | "square" | "triangle" | "diamond" | "star" | "ring";

/** The `data-map` of a block. */
export interface Block {
  name: string;
  language: string;
  centre?: Position;
  zoom?: number;
  layers: Layer[];
  /** The name of the input that a place is picked for. */
  pick?: string;
  /** The box that a shape is drawn for, and what shapes it takes. */
  draw?: { input: string; kinds: "lines" | "areas" | "any" };
  /** One place to show. */
  pin?: Position;
  /** The map is what the page is for. */
  whole?: boolean;
  words: Record<string, string>;
}

/** What every map of the city has: `/map/settings.json`. */
export interface City {
  centre?: Position;
  zoom?: number;
  /** Where the city's outline is. */
  outline?: string;
  archive?: string;
  tiles?: { url: string; attribution: string; longest: number };
}

/** All of Japan, and the sea around it. */
export const JAPAN: [Position, Position] = [
  [120, 18],
  [156, 48],
];

export async function cityOf(): Promise<City> {
  const response = await fetch("/map/settings.json");
  if (!response.ok) throw new Error(`status ${response.status}`);
  return (await response.json()) as City;
}
