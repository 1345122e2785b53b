// Drawing lines and areas at the desk: a bundle of its own, fetched only by the page that changes a feature.
import { TerraDraw, TerraDrawLineStringMode, TerraDrawPolygonMode, TerraDrawSelectMode, type SnapToCustom } from "terra-draw";
import { TerraDrawMapLibreGLAdapter } from "terra-draw-maplibre-gl-adapter";
import type { Map as MapView } from "maplibre-gl";
import { smallButton } from "../small-button";
import { read } from "./pick-place";
import type { Block, Position } from "./settings";

/** One line, or one area without holes: the last corner of an area is not its first again. */
interface Shape {
  kind: "line" | "area";
  corners: Position[];
}

/** So near, in pixels, a corner is meant. */
const NEAR = 16;
/** A hand's breadth: more is not kept. */
const rounded = (degrees: number): number => Number(degrees.toFixed(7));

/** Reads what stands in the box; none when it is empty, `undefined` when it is a shape that cannot be drawn here. */
function shapeOf(text: string, kinds: string): Shape | null | undefined {
  const trimmed = text.trim();
  if (trimmed === "") return null;
  if (!trimmed.startsWith("{")) {
    const corners = trimmed
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map(read);
    if (corners.some((corner) => corner === undefined)) return undefined;
    return { kind: kinds === "lines" ? "line" : "area", corners: corners as Position[] };
  }
  try {
    const json = JSON.parse(trimmed) as { type?: string; coordinates?: unknown };
    if (json.type === "LineString") return { kind: "line", corners: json.coordinates as Position[] };
    const rings = json.coordinates as Position[][];
    if (json.type === "Polygon" && rings.length === 1 && rings[0]) return { kind: "area", corners: rings[0].slice(0, -1) };
  } catch {
    // Being typed.
  }
  return undefined;
}

/** As the server reads it: a list of corners, latitude first, or GeoJSON where a list would be taken for an area. */
function written({ kind, corners }: Shape, kinds: string): string {
  if (kind === "line" && kinds !== "lines") {
    return JSON.stringify({ type: "LineString", coordinates: corners });
  }
  return corners.map(([longitude, latitude]) => `${latitude}, ${longitude}`).join("\n");
}

/**
 * Draws the shape of a box of a form with the pointer. The box stays the one truth: what is drawn is written there, what is typed there
 * is drawn, and each step, whoever made it, can be taken back.
 */
export function draws(map: MapView, block: HTMLElement, settings: Block, neighbours: () => Position[]): void {
  const wanted = settings.draw;
  const form = block.closest("form");
  const found = form?.elements.namedItem(wanted?.input ?? "");
  if (!wanted || !(found instanceof HTMLTextAreaElement)) return;
  const box = found;
  const word = (key: string): string => settings.words[key] ?? "";

  // The corners of the layer's other things draw the pointer to them, so that neighbours share their border.
  const toNeighbour: SnapToCustom = (event) => {
    let nearest: Position | undefined;
    let least = NEAR;
    for (const corner of neighbours()) {
      const at = map.project(corner);
      const far = Math.hypot(at.x - event.containerX, at.y - event.containerY);
      if (far < least) [nearest, least] = [corner, far];
    }
    return nearest && [rounded(nearest[0]), rounded(nearest[1])];
  };
  const snapping = { toCoordinate: true, toCustom: toNeighbour };
  const flags = {
    feature: { draggable: true, coordinates: { draggable: true, midpoints: true, deletable: true, snappable: snapping } },
  };
  const pen = new TerraDraw({
    adapter: new TerraDrawMapLibreGLAdapter({ map, coordinatePrecision: 7 }),
    modes: [
      new TerraDrawPolygonMode({ snapping, pointerDistance: NEAR }),
      new TerraDrawLineStringMode({ snapping, pointerDistance: NEAR }),
      new TerraDrawSelectMode({ pointerDistance: NEAR, flags: { polygon: flags, linestring: flags } }),
    ],
  });

  const controls = document.createElement("div");
  controls.className = "map-pick";
  const button = (key: string, pressed: () => void): HTMLButtonElement => {
    const made = smallButton(word(key));
    made.addEventListener("click", pressed);
    controls.append(made);
    return made;
  };
  const status = document.createElement("p");
  status.setAttribute("role", "status");

  let writing = false;
  let erasing = false;
  let drawing: "line" | "area" = wanted.kinds === "lines" ? "line" : "area";
  const past: string[] = [];
  const future: string[] = [];
  let stands = box.value;

  const say = (key?: string): void => {
    const shape = shapeOf(box.value, wanted.kinds);
    const count = shape ? `${word("draw-corners")} ${shape.corners.length}` : shape === undefined ? word("draw-cannot") : "";
    status.textContent = [key ? word(key) : "", count].filter((part) => part !== "").join(" ");
    undo.disabled = past.length === 0;
    redo.disabled = future.length === 0;
  };
  /** Shows on the map what stands in the box, ready to be changed. */
  const show = (): void => {
    pen.clear();
    erasing = false;
    const shape = shapeOf(box.value, wanted.kinds);
    pen.setMode("select");
    if (!shape || shape.corners.length < (shape.kind === "area" ? 3 : 2)) return;
    const corners = shape.corners.map(([longitude, latitude]) => [rounded(longitude), rounded(latitude)]);
    const [added] = pen.addFeatures([
      {
        type: "Feature",
        properties: { mode: shape.kind === "area" ? "polygon" : "linestring" },
        geometry: shape.kind === "area" ? { type: "Polygon", coordinates: [[...corners, corners[0] ?? []]] } : { type: "LineString", coordinates: corners },
      },
    ]);
    if (added?.valid && added.id !== undefined) pen.selectFeature(added.id);
  };
  const put = (text: string): void => {
    writing = true;
    box.value = text;
    box.dispatchEvent(new Event("input", { bubbles: true }));
    writing = false;
    stands = text;
  };
  /** A step: what stood before can be brought back. */
  const step = (text: string): void => {
    if (text === stands) return;
    past.push(stands);
    future.length = 0;
    put(text);
    say();
  };
  const change = (shape: Shape): void => {
    step(written(shape, wanted.kinds));
    show();
  };
  const back = (from: string[], to: string[]): void => {
    const text = from.pop();
    if (text === undefined) return;
    to.push(stands);
    put(text);
    show();
    say();
  };

  const begin = (kind: "line" | "area"): void => {
    drawing = kind;
    erasing = false;
    pen.clear();
    pen.setMode(kind === "area" ? "polygon" : "linestring");
    status.textContent = word("draw-how");
  };
  if (wanted.kinds !== "lines") button("draw-area", () => begin("area"));
  if (wanted.kinds !== "areas") button("draw-line", () => begin("line"));
  button("draw-move", () => {
    show();
    say("draw-move-how");
  });
  button("draw-erase", () => {
    show();
    pen.setMode("static");
    erasing = true;
    say("draw-erase-how");
  });
  // With the keyboard: the arrow keys move the map, its middle becomes the next corner.
  button("draw-middle", () => {
    const shape = shapeOf(box.value, wanted.kinds) ?? { kind: drawing, corners: [] };
    const { lng, lat } = map.getCenter().wrap();
    change({ kind: shape.kind, corners: [...shape.corners, [rounded(lng), rounded(lat)]] });
    say();
  });
  const undo = button("undo", () => back(past, future));
  const redo = button("redo", () => back(future, past));
  controls.append(status);
  block.querySelector("[data-map-frame]")?.after(controls);

  map.on("click", (event) => {
    const shape = erasing ? shapeOf(box.value, wanted.kinds) : undefined;
    if (!shape) return;
    let nearest = -1;
    let least = NEAR;
    for (const [at, corner] of shape.corners.entries()) {
      const place = map.project(corner);
      const far = Math.hypot(place.x - event.point.x, place.y - event.point.y);
      if (far < least) [nearest, least] = [at, far];
    }
    if (nearest < 0 || shape.corners.length <= (shape.kind === "area" ? 3 : 2)) return;
    change({ kind: shape.kind, corners: shape.corners.filter((_, at) => at !== nearest) });
    pen.setMode("static");
    erasing = true;
  });
  pen.on("finish", (id) => {
    const geometry = pen.getSnapshotFeature(id)?.geometry;
    if (geometry?.type === "Polygon") {
      const corners = (geometry.coordinates[0] ?? []).slice(0, -1) as Position[];
      change({ kind: "area", corners });
    } else if (geometry?.type === "LineString") {
      change({ kind: "line", corners: geometry.coordinates as Position[] });
    }
  });
  box.addEventListener("input", () => {
    if (writing) return;
    // All that is typed in one go is one step.
    if (past.at(-1) !== stands) past.push(stands);
    stands = box.value;
    future.length = 0;
    show();
    say();
  });
  map.getCanvasContainer().addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey)) return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) back(past, future);
    else if (key === "y" || key === "z") back(future, past);
    else return;
    event.preventDefault();
  });

  pen.start();
  const shape = shapeOf(box.value, wanted.kinds);
  const first = shape?.corners[0];
  if (shape && first) {
    const sides = shape.corners.reduce(
      ([west, south, east, north], [x, y]) => [Math.min(west, x), Math.min(south, y), Math.max(east, x), Math.max(north, y)] as const,
      [first[0], first[1], first[0], first[1]] as const,
    );
    map.fitBounds([sides[0], sides[1], sides[2], sides[3]], { padding: 60, maxZoom: 18, animate: false });
    show();
  } else if (shape === null) {
    begin(drawing);
  }
  say(shape === null ? "draw-how" : undefined);
}
