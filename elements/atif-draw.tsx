/** <atif-draw>: a square to draw on, and the drawing as a network takes it. */

import { imageFromStrokes, type Stroke } from "atif";
import { DrawingSquare } from "./drawing-square.js";
import { DrawnElement } from "./drawn-element.js";
import { shown } from "./given.js";
import { drawingWords as words } from "./words.js";

/** What was drawn, and the image of it where the element has a `shape`. */
export interface Drawn {
  readonly strokes: readonly Stroke[];
  /** [H * W * C], from 0 to 1 */
  readonly image: Float32Array | null;
}

/** `input` comes while somebody draws, `change` when a stroke is done, or all were wiped away. */
export type DrawEvent = CustomEvent<Drawn>;

/**
 * `strokes` are what is drawn, in units of 1/280 of the square; `shape`, an attribute as well ("8 8 1"), is that of the image
 * [H, W, C] that the events `input` and `change` bring: prepared as the UCI digits are if it has 8 x 8 pixels, else as MNIST is.
 */
export class AtifDraw extends DrawnElement {
  static readonly observedAttributes: readonly string[] = ["shape"];
  #strokes: readonly Stroke[] = [];
  #shape: readonly [height: number, width: number, channels: number] | null = null;

  get strokes(): readonly Stroke[] {
    return this.#strokes;
  }

  /** @throws TypeError unless it is a list of strokes, x0, y0, x1, y1, … each */
  set strokes(given: readonly Stroke[] | null) {
    const strokes: unknown = given ?? [];
    const isStrokes =
      Array.isArray(strokes) &&
      strokes.every(
        (stroke) => Array.isArray(stroke) && stroke.length % 2 === 0 && stroke.every(Number.isFinite),
      );
    if (!isStrokes)
      throw new TypeError(
        `atif-draw: strokes is ${shown(given)}; expected a list of strokes, each a list x0, y0, x1, y1, …`,
      );
    this.#strokes = strokes as readonly Stroke[];
    this.changed();
  }

  get shape(): readonly [height: number, width: number, channels: number] | null {
    return this.#shape;
  }

  /** @throws TypeError unless it is [H, W, C], or a text with these three */
  set shape(given: readonly number[] | string | null) {
    this.#shape = given === null || given === undefined ? null : checkedShape(given);
  }

  /** What is drawn, as a network takes it: [H * W * C], from 0 to 1; null without a shape. */
  get image(): Float32Array | null {
    return this.#shape === null ? null : imageFromStrokes(this.#strokes, this.#shape);
  }

  clear(): void {
    this.strokes = [];
    this.#tell("input");
    this.#tell("change");
  }

  protected override drawing(): unknown {
    return (
      <>
        <DrawingSquare
          strokes={this.#strokes}
          onChange={(strokes) => {
            this.strokes = strokes;
            this.#tell("input");
          }}
          onEnd={() => this.#tell("change")}
          say={(sentence) => this.say(sentence)}
        />
        <button type="button" onClick={() => this.clear()}>
          {words.draw.clear}
        </button>
      </>
    );
  }

  #tell(type: "input" | "change"): void {
    this.tell(type, { strokes: this.#strokes, image: this.image } satisfies Drawn);
  }
}

function checkedShape(given: readonly number[] | string): readonly [number, number, number] {
  const numbers = typeof given === "string" ? (given.match(/\d+/g) ?? []).map(Number) : [...given];
  const isShape = numbers.length === 3 && numbers.every((size) => Number.isInteger(size) && size > 0);
  if (!isShape)
    throw new TypeError(
      `atif-draw: shape is ${typeof given === "string" ? shown(given) : `[${numbers.join(", ")}]`}; expected height, width and channels, such as [8, 8, 1].`,
    );
  const [height, width, channels] = numbers;
  return [height, width, channels];
}
