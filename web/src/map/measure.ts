import { LngLat, type GeoJSONSource, type Map as MapView } from "maplibre-gl";
import { smallButton } from "../small-button";

/** A button under the map with which distances are measured, by pressing points or, by keyboard, by the map's middle. Tells whether somebody measures. */
export function measures(map: MapView, frame: HTMLElement, word: (key: string) => string): () => boolean {
  const controls = document.createElement("div");
  controls.className = "map-pick";
  const begin = smallButton(word("measure"));
  const middle = smallButton(word("measure-point"));
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  middle.hidden = true;
  controls.append(begin, middle, status);
  frame.after(controls);

  let points: LngLat[] = [];
  let on = false;
  const draw = (): void => {
    const data = { type: "Feature" as const, properties: {}, geometry: { type: points.length > 1 ? ("LineString" as const) : ("MultiPoint" as const), coordinates: points.map((at) => at.toArray()) } };
    const source = map.getSource<GeoJSONSource>("measured");
    if (source) void source.setData(data);
    else {
      map.addSource("measured", { type: "geojson", data });
      map.addLayer({ id: "measured", type: "line", source: "measured", paint: { "line-color": "#000", "line-width": 3, "line-dasharray": [2, 1] } });
      map.addLayer({ id: "measured-points", type: "circle", source: "measured", paint: { "circle-radius": 5, "circle-color": "#fff", "circle-stroke-color": "#000", "circle-stroke-width": 2 } });
    }
  };
  const say = (): void => {
    const metres = points.slice(1).reduce((sum, at, index) => sum + (points[index]?.distanceTo(at) ?? 0), 0);
    status.textContent = points.length < 2 ? word("measure-how") : metres < 1000 ? `${Math.round(metres)} m` : `${(metres / 1000).toFixed(2)} km`;
  };
  const add = (at: LngLat): void => {
    points.push(at);
    draw();
    say();
  };
  begin.addEventListener("click", () => {
    on = !on;
    points = [];
    begin.textContent = word(on ? "measure-end" : "measure");
    middle.hidden = !on;
    frame.parentElement?.classList.toggle("map--picks", on);
    draw();
    if (on) say();
    else status.textContent = "";
  });
  middle.addEventListener("click", () => add(map.getCenter()));
  map.on("click", (event) => {
    if (on) add(event.lngLat);
  });
  return () => on;
}
