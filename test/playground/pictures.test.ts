/** Pictures as networks see them: of any colours, sizes and shapes, as drawings are. */

import { describe, expect, it } from "vitest";
import { flatten, inkOf } from "../../playground/pictures/ink.js";
import type { Picture } from "../../playground/pictures/picture.js";
import { preparePicture, type Preparation } from "../../playground/pictures/prepare-picture.js";
import { resample } from "../../playground/pictures/resample.js";
import { grown, signedDistance, strokeWidth } from "../../playground/pictures/stroke-distance.js";
import { imageFromStrokes } from "../../src/index.js";
import { digitStrokes } from "../browser/digit-strokes.js";
import { painted, type Paint } from "./painted.js";

/** Of grey pixels, [brightness, opacity] each. */
function picture(width: number, pixels: readonly (readonly [number, number])[]): Picture {
  const rgba = Uint8ClampedArray.from(pixels.flatMap(([grey, opacity]) => [grey, grey, grey, opacity]));
  return { name: "own.png", width, height: pixels.length / width, rgba };
}

/** A quarter of the square, which is enough and quick to paint. */
const small: Partial<Paint> = { width: 70, height: 70, scale: 0.25, pen: 5 };

function sum(values: Float32Array): number {
  return values.reduce((total, value) => total + value, 0);
}

/** The share of the ink that is elsewhere. */
function difference(a: Float32Array, b: Float32Array): number {
  return sum(a.map((value, i) => Math.abs(value - b[i]))) / sum(b);
}

function bright(values: Float32Array): number {
  return values.filter((value) => value > 0.5).length;
}

describe("ink", () => {
  const colours: readonly (readonly [string, Partial<Paint>])[] = [
    ["dark on transparent", { ink: [0, 255], paper: [0, 0] }],
    ["dark on transparent white", { ink: [0, 255], paper: [255, 0] }],
    ["light on transparent", { ink: [255, 255], paper: [0, 0] }],
    ["light on transparent white", { ink: [255, 255], paper: [255, 0] }],
    ["grey on transparent", { ink: [120, 255], paper: [0, 0] }],
    ["half transparent on transparent", { ink: [0, 128], paper: [0, 0] }],
    ["light on dark", { ink: [230, 255], paper: [20, 255] }],
    ["pencil on paper", { ink: [150, 255], paper: [235, 255] }],
    ["dark on dark", { ink: [10, 255], paper: [60, 255] }],
  ];

  it.each(colours)("is the same %s as black on white", (_, changes) => {
    const expected = inkOf(painted(digitStrokes[2], small)).values;
    expect(bright(expected)).toBeGreaterThan(200);
    const { values } = inkOf(painted(digitStrokes[2], { ...small, ...changes }));
    values.forEach((value, i) => expect(value).toBeCloseTo(expected[i], 5));
  });

  it("is what is drawn on a card with transparent corners, not the card", () => {
    const [none, white, black] = [
      [0, 0],
      [255, 255],
      [0, 255],
    ] as const;
    const card = picture(5, [
      none, white, white, white, none,
      white, white, black, white, white,
      white, white, black, white, white,
      none, white, white, white, none,
    ]); // prettier-ignore
    expect([...inkOf(card).values.entries()].filter(([, value]) => value > 0)).toEqual([[7, 1], [12, 1]]); // prettier-ignore
  });

  it("fills a shape that reaches the edges of what is opaque", () => {
    const bar = picture(3, [[0, 0], [0, 255], [0, 0], [0, 0], [0, 255], [0, 0]]); // prettier-ignore
    expect([...inkOf(bar).values]).toEqual([0, 1, 0, 0, 1, 0]);
  });

  it.each<[string, Picture]>([
    ["white", picture(2, [[255, 255], [255, 255]])],
    ["black", picture(2, [[0, 255], [0, 255]])],
    ["transparent", picture(2, [[0, 0], [255, 0]])],
    ["noisy paper", picture(2, [[240, 255], [250, 255], [244, 255], [247, 255]])],
  ])("is none in a picture that is %s, whatever the network", (_, blank) => {
    expect(sum(inkOf(blank).values)).toBe(0);
    for (const preparation of ["uciDigits", "mnist", "clothes"] as const) {
      expect(sum(preparePicture(blank, [28, 28, 1], preparation)), preparation).toBe(0);
    }
  }); // prettier-ignore

  it("keeps the brightness of what is opaque, and takes paper for the rest", () => {
    const { values, paper } = flatten(picture(2, [[200, 255], [40, 255], [200, 255], [200, 51]])); // prettier-ignore
    expect([paper, ...values]).toEqual([200, 200, 40, 200, 200]);
  });
});

describe("a dropped digit", () => {
  const places: readonly (readonly [string, Partial<Paint>])[] = [
    ["as it is drawn", {}],
    ["small, in a corner", { width: 140, height: 140, scale: 0.15, left: 90, top: 4, pen: 3 }],
    ["in a wide picture", { width: 200, left: 100 }],
    ["in a tall picture", { height: 160, top: 60 }],
    ["with a fine pen", { width: 140, height: 140, scale: 0.5, pen: 2 }],
    ["transparent", { paper: [0, 0] }],
  ];

  it.each(places)("is seen as its strokes are, %s", (_, changes) => {
    for (const strokes of digitStrokes.filter((_, digit) => digit % 2 === 1)) {
      const own = painted(strokes, { ...small, ...changes });
      const seen = preparePicture(own, [28, 28, 1], "mnist");
      expect(difference(seen, imageFromStrokes(strokes, [28, 28, 1]))).toBeLessThan(0.35);
    }
    for (const strokes of [digitStrokes[0], digitStrokes[4], digitStrokes[7]]) {
      const own = painted(strokes, { ...small, ...changes });
      const seen = preparePicture(own, [8, 8, 1], "uciDigits");
      expect(difference(seen, imageFromStrokes(strokes, [8, 8, 1]))).toBeLessThan(0.2);
      expect(sum(seen) / 64).toBeCloseTo(0.305, 1);
    }
  });

  it("is not the digit of somebody else: the bounds above tell them apart", () => {
    const [three, eight] = [3, 8].map((digit) => imageFromStrokes(digitStrokes[digit], [28, 28, 1]));
    expect(difference(three, eight)).toBeGreaterThan(0.4);
  });

  it("keeps its proportions where the data set does", () => {
    // 30 wide, 10 high: 20 pixels wide in the box of MNIST, all 28 of a piece of clothes.
    const line = painted([[0, 0, 0, 0]], { width: 90, height: 50 });
    const bar: Picture = { ...line, rgba: new Uint8ClampedArray(line.rgba.length).fill(255) };
    for (let y = 20; y < 30; y++) for (let x = 5; x < 35; x++) bar.rgba.set([0, 0, 0], 4 * (90 * y + x));
    const sizes = (preparation: Preparation): number[] => {
      const seen = preparePicture(bar, [28, 28, 1], preparation);
      const rows = Array.from({ length: 28 }, (_, row) => bright(seen.subarray(28 * row, 28 * row + 28)));
      return [Math.max(...rows), rows.filter((count) => count > 0).length];
    };
    expect(sizes("clothes")).toEqual([28, 10]);
    const [wide, high] = sizes("mnist");
    expect(wide).toBe(20);
    expect(high).toBeGreaterThanOrEqual(4);
    expect(high).toBeLessThanOrEqual(7);
  });

  it("is taken as it is if it has the size of the digits of 8 x 8", () => {
    const pixels = Array.from({ length: 64 }, (_, i) => [i % 8 === 3 ? 255 - i : 0, 255] as const);
    const seen = preparePicture(picture(8, pixels), [8, 8, 1], "uciDigits");
    seen.forEach((value, i) => expect(value).toBeCloseTo(pixels[i][0] / 255, 6));
  });
});

describe("a picture as a whole", () => {
  it("gets paper around it until it is square, and is not stretched", () => {
    const wide = picture(4, [
      [250, 255], [250, 255], [250, 255], [250, 255],
      [250, 255], [50, 255], [50, 255], [250, 255],
    ]); // prettier-ignore
    const [paper, ink] = [5 / 255, 205 / 255].map(Math.fround);
    const seen = preparePicture(wide, [4, 4, 1], "whole");
    expect([...seen]).toEqual([
      paper, paper, paper, paper,
      paper, paper, paper, paper,
      paper, ink, ink, paper,
      paper, paper, paper, paper,
    ]); // prettier-ignore
  });

  it("shows dark ink on nothing, in every channel", () => {
    const own = picture(2, [[0, 0], [0, 255], [0, 0], [0, 0]]); // prettier-ignore
    expect([...preparePicture(own, [2, 2, 3], "whole")]).toEqual([0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
  });

  it("has the same ink whatever it lies on", () => {
    const black = preparePicture(painted(digitStrokes[5], small), [28, 28, 1], "whole");
    expect(bright(black)).toBeGreaterThan(20);
    for (const colours of [
      { paper: [0, 0] },
      { paper: [255, 0] },
      { ink: [255, 255], paper: [0, 255] },
    ] as const) {
      const other = preparePicture(painted(digitStrokes[5], { ...small, ...colours }), [28, 28, 1], "whole");
      expect(difference(other, black)).toBeLessThan(1e-5);
    }
  });
});

describe("its parts", () => {
  const image = (width: number, ...values: number[]) => ({
    width,
    height: values.length / width,
    values: Float32Array.from(values),
  });

  it("a new pixel is the mean of what it covers", () => {
    const own = image(4, 1, 0, 0, 0, 0, 0, 0, 1);
    const half = resample(own, { left: 0, top: 0, width: 4, height: 2 }, 2, 1, 0);
    expect([...half.values]).toEqual([0.25, 0.25]);
    const beyond = resample(own, { left: 3, top: -1, width: 2, height: 2 }, 1, 1, 0.5);
    expect([...beyond.values]).toEqual([(0 + 3 * 0.5) / 4]);
  });

  it("the distance to the edge of the ink is below 0 inside", () => {
    const line = image(5, 0, 1, 1, 1, 0);
    expect([...signedDistance(line, 0.5).values]).toEqual([0.5, -0.5, -1.5, -0.5, 0.5]);
    const dot = image(3, 1, 0, 0, 0, 0, 0, 0, 0, 0);
    expect(signedDistance(dot, 0.5).values[8]).toBeCloseTo(Math.sqrt(8) - 0.5, 6);
  });

  it("a line becomes wider by as much as its edges are moved", () => {
    const rows = 40;
    const line = image(9, ...Array.from({ length: rows }, () => [0, 0, 0, 1, 1, 1, 0, 0, 0]).flat());
    const distance = signedDistance(line, 0.5);
    expect(strokeWidth(distance)).toBeCloseTo(3.33, 1);
    expect(sum(grown(distance, 0).values) / rows).toBe(3);
    expect(sum(grown(distance, 1).values) / rows).toBe(5);
    expect(sum(grown(distance, -1).values) / rows).toBe(1);
  });
});
