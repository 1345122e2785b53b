import type { Map as MapView } from "maplibre-gl";
import type { Layer, PatternName, SignName } from "./settings";

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

/** The strokes of the patterns in a box of 24 by 24, as in the legend. */
const STROKES: Record<Exclude<PatternName, "plain">, string> = {
  dots: "M5 6h2M17 6h2M11 12h2M5 18h2M17 18h2",
  rising: "M0 12L12 0M0 24L24 0M12 24L24 12",
  falling: "M12 0L24 12M0 0L24 24M0 12L12 24",
  cross: "M0 12L12 0M0 24L24 0M12 24L24 12M12 0L24 12M0 0L24 24M0 12L12 24",
  level: "M0 4h24M0 12h24M0 20h24",
  upright: "M4 0v24M12 0v24M20 0v24",
  grid: "M0 6h24M0 18h24M6 0v24M18 0v24",
};

const ratio = (): number => Math.max(2, Math.ceil(window.devicePixelRatio || 1));

/** A picture in a box of 24 by 24. */
function picture(size: number, draw: (pen: CanvasRenderingContext2D) => void): ImageData | undefined {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = size * ratio();
  const pen = canvas.getContext("2d");
  if (!pen) return undefined;
  pen.scale(canvas.width / 24, canvas.height / 24);
  draw(pen);
  return pen.getImageData(0, 0, canvas.width, canvas.height);
}

function add(map: MapView, name: string, image: ImageData | undefined): void {
  if (image && !map.hasImage(name)) map.addImage(name, image, { pixelRatio: ratio() });
}

function sign(map: MapView, name: string, shape: SignName, colour: string): void {
  const image = picture(SIZE, (pen) => {
    pen.lineJoin = "round";
    pen.beginPath();
    const corners = CORNERS[shape];
    if (corners) {
      for (const [x, y] of corners) pen.lineTo(x, y);
      pen.closePath();
    } else {
      pen.arc(12, 12, shape === "ring" ? 8 : 9, 0, 2 * Math.PI);
    }
    if (shape === "ring") {
      pen.lineWidth = 8;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.lineWidth = 5;
      pen.strokeStyle = colour;
      pen.stroke();
    } else {
      pen.lineWidth = 3;
      pen.strokeStyle = "#fff";
      pen.stroke();
      pen.fillStyle = colour;
      pen.fill();
    }
  });
  add(map, name, image);
}

/** Gives the map a picture for every sign, under the sign's name, for every pattern and for every class of the layers. */
export function addSigns(map: MapView, layers: Layer[]): void {
  for (const name of Object.keys(COLOURS) as SignName[]) sign(map, name, name, COLOURS[name]);
  for (const [name, strokes] of Object.entries(STROKES)) {
    const image = picture(16, (pen) => {
      pen.lineWidth = 2;
      pen.strokeStyle = "rgb(40 40 40 / 0.6)";
      pen.stroke(new Path2D(strokes));
    });
    add(map, patternImage(name as PatternName), image);
  }
  for (const layer of layers) {
    for (const [at, one] of (layer.classes ?? []).entries()) sign(map, classImage(layer, at), one.sign, one.colour);
  }
}

/** The name of a pattern's picture. */
export const patternImage = (name: PatternName): string => `pattern/${name}`;

/** The name of the picture of a class. */
export const classImage = (layer: Layer, at: number): string => `class/${layer.id}/${at}`;
