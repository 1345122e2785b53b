import type { Map as MapView } from "maplibre-gl";
import type { SignName } from "./settings";

/** The colours of the signs; `crates/ui` draws the same shapes and colours in the legend. Told apart by shape as well. */
export const COLOURS: Record<SignName, string> = {
  circle: "#0056d6",
  square: "#b35000",
  triangle: "#1a7a3e",
  diamond: "#7b2fa8",
  star: "#c21f39",
  ring: "#4a4a4a",
};

const SIZE = 22;

/** The corners of a shape in a box of 24 by 24, as in the legend. */
const CORNERS: Partial<Record<SignName, [number, number][]>> = {
  square: [[4, 4], [20, 4], [20, 20], [4, 20]],
  triangle: [[12, 3], [22, 21], [2, 21]],
  diamond: [[12, 2], [22, 12], [12, 22], [2, 12]],
  star: [[12, 1], [15, 9], [23, 9], [17, 14], [19, 22], [12, 17], [5, 22], [7, 14], [1, 9], [9, 9]],
};

/** Gives the map a picture for every sign, under the sign's name. */
export function addSigns(map: MapView): void {
  const ratio = Math.max(2, Math.ceil(window.devicePixelRatio || 1));
  for (const name of Object.keys(COLOURS) as SignName[]) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIZE * ratio;
    const pen = canvas.getContext("2d");
    if (!pen) continue;
    pen.scale((SIZE * ratio) / 24, (SIZE * ratio) / 24);
    pen.lineJoin = "round";
    pen.beginPath();
    const corners = CORNERS[name];
    if (corners) {
      for (const [x, y] of corners) pen.lineTo(x, y);
      pen.closePath();
    } else {
      pen.arc(12, 12, name === "ring" ? 8 : 9, 0, 2 * Math.PI);
    }
    if (name === "ring") {
      pen.lineWidth = 8;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.lineWidth = 5;
      pen.strokeStyle = COLOURS[name];
      pen.stroke();
    } else {
      pen.lineWidth = 3;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.fillStyle = COLOURS[name];
      pen.fill();
    }
    map.addImage(name, pen.getImageData(0, 0, canvas.width, canvas.height), { pixelRatio: ratio });
  }
}
