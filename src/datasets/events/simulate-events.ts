/**
 * An event camera that does not exist: what it would write of a scene that is known at every moment.
 *
 *   L(t) = ln(dark + I(t))         of each pixel, a straight line between two looks at the scene
 *   an event is written whenever L has moved by the pixel's threshold C since its last one (at first, since t = 0):
 *   on where it grew, off where it fell; C = threshold (1 + thresholdSpread n) with n normal, for each pixel and direction
 *   besides, noiseRate events per pixel and second without a reason, at times drawn evenly, on or off alike
 *
 * @source P. Lichtsteiner, C. Posch, T. Delbruck, "A 128x128 120 dB 15 us latency asynchronous temporal contrast vision
 *   sensor", IEEE Journal of Solid-State Circuits 43 (2008); H. Rebecq, D. Gehrig, D. Scaramuzza, "ESIM: an open event camera
 *   simulator", CoRL 2018
 */

import {
  checkBetween,
  checkFunction,
  checkInteger,
  checkNonNegative,
  checkOptions,
  checkPositive,
} from "../../checks.js";
import { OutOfMemoryError, ShapeError } from "../../errors.js";
import { Generator } from "../../random/generator.js";
import { show } from "../../show.js";
import type { Events } from "./events.js";

/** [H, W] how bright each pixel is, row by row, 0 dark and 1 bright, so many microseconds after the start. */
export type Scene = (microseconds: number) => ArrayLike<number>;

export interface EventSensorOptions {
  readonly width: number;
  readonly height: number;
  /** Microseconds. */
  readonly duration: number;
  /** What noise and thresholds are drawn with. */
  readonly generator: Generator;
  /** Microseconds between two looks at the scene; default 4000. */
  readonly step?: number;
  /** Change of the logarithm that is an event; default 0.3. */
  readonly threshold?: number;
  /** Standard deviation of thresholds between pixels, relative; default 0.05. */
  readonly thresholdSpread?: number;
  /** Brightness of black, which no lens keeps from the sensor; default 0.1. */
  readonly dark?: number;
  /** Events of no cause, per pixel and second; default 0.1. */
  readonly noiseRate?: number;
}

/** Thresholds are at least this part of the usual one: a pixel with none would fire for ever. */
const LEAST_THRESHOLD = 0.2;
/** 13 bytes each. */
const MOST_EVENTS = 2 ** 26;

/**
 * What an event camera writes of a scene. The same generator state gives the same events.
 *
 * @throws TypeError, RangeError on options; ShapeError unless the scene has height x width values, RangeError for one that is
 *   negative or no number; OutOfMemoryError past 2^26 events
 */
export function simulateEvents(scene: Scene, options: EventSensorOptions): Events {
  const where = "simulateEvents";
  checkFunction(`${where}: scene`, scene, "a function such as (t) => brightness");
  const { width, height, duration, step, threshold, thresholdSpread, dark, noiseRate, generator } =
    readSensor(where, options);
  const pixels = width * height;
  const [on, off] = [0, 1].map(() =>
    Float64Array.from(
      { length: pixels },
      () => threshold * Math.max(LEAST_THRESHOLD, 1 + thresholdSpread * generator.normal()),
    ),
  );
  const written = new EventList(where);
  const view = new View(where, scene, pixels, dark);
  view.look(0);
  const { before, now } = view;
  const level = now.slice();
  for (let begin = 0; begin < duration; begin += step) {
    const end = Math.min(begin + step, duration);
    view.look(end);
    for (let pixel = 0; pixel < pixels; pixel++) {
      const from = before[pixel];
      const to = now[pixel];
      if (from === to) continue;
      const isOn = to > from;
      const move = isOn ? on[pixel] : -off[pixel];
      for (let passed = level[pixel] + move; isOn ? passed <= to : passed >= to; passed += move) {
        const part = (passed - from) / (to - from);
        written.add(Math.floor(begin + part * (end - begin)), pixel, isOn ? 1 : 0);
        level[pixel] = passed;
      }
    }
  }
  if (noiseRate > 0) addNoise(written, pixels, duration, noiseRate, generator);
  return written.sorted(width, height);
}

/** Times between events of a Poisson process are exponential: -ln(1 - u) / rate. */
function addNoise(
  list: EventList,
  pixels: number,
  duration: number,
  rate: number,
  generator: Generator,
): void {
  const perMicrosecond = (rate * pixels) / 1e6;
  const between = (): number => -Math.log(1 - generator.uniform()) / perMicrosecond;
  for (let t = between(); t < duration; t += between())
    list.add(Math.floor(t), generator.integer(pixels), generator.integer(2));
}

function readSensor(where: string, given: EventSensorOptions): Required<EventSensorOptions> {
  checkOptions(where, given ?? null, [
    ...["width", "height", "duration", "generator", "step", "threshold", "thresholdSpread", "dark"],
    "noiseRate",
  ]);
  const {
    generator,
    step = 4000,
    threshold = 0.3,
    thresholdSpread = 0.05,
    dark = 0.1,
    noiseRate = 0.1,
  } = given;
  if (!(generator instanceof Generator)) {
    throw new TypeError(
      `${where}: generator is ${show(generator)}; expected a Generator, as in new Generator(seed).`,
    );
  }
  return {
    width: side(where, "width", given.width),
    height: side(where, "height", given.height),
    duration: checkPositive(`${where}: duration`, given.duration),
    step: checkPositive(`${where}: step`, step),
    threshold: checkPositive(`${where}: threshold`, threshold),
    thresholdSpread: checkBetween(`${where}: thresholdSpread`, thresholdSpread, 0, 1),
    dark: checkPositive(`${where}: dark`, dark),
    noiseRate: checkNonNegative(`${where}: noiseRate`, noiseRate),
    generator,
  };
}

function side(where: string, name: string, value: number): number {
  const pixels = checkInteger(`${where}: ${name}`, value, 1);
  // Columns and rows are numbers of 16 bits.
  return checkBetween(`${where}: ${name}`, pixels, 1, 2 ** 16);
}

/** The logarithms of two looks at a scene. */
class View {
  readonly before: Float64Array;
  readonly now: Float64Array;
  readonly #seen: Float64Array;
  readonly #where: string;
  readonly #scene: Scene;
  readonly #dark: number;

  constructor(where: string, scene: Scene, pixels: number, dark: number) {
    [this.before, this.now, this.#seen] = [1, 2, 3].map(() => new Float64Array(pixels));
    this.#seen.fill(NaN);
    this.#where = where;
    this.#scene = scene;
    this.#dark = dark;
  }

  look(t: number): void {
    const { before, now } = this;
    const seen = this.#seen;
    before.set(now);
    const brightness = this.#scene(t);
    if (brightness?.length !== now.length) {
      throw new ShapeError(
        `${this.#where}: the scene at ${t} us is ${show(brightness)}; expected ${now.length} values, one per pixel.`,
      );
    }
    for (let i = 0; i < now.length; i++) {
      // Most of a scene stays as it is, and logarithms take most of the time.
      if (brightness[i] === seen[i]) continue;
      seen[i] = brightness[i];
      now[i] = Math.log(this.#dark + seen[i]);
      if (Number.isFinite(now[i]) && seen[i] >= 0) continue;
      throw new RangeError(
        `${this.#where}: pixel ${i} of the scene at ${t} us is ${show(brightness[i])}; expected 0 (dark) or more.`,
      );
    }
  }
}

/** Events in the order in which they are found. */
class EventList {
  readonly #where: string;
  readonly #t: number[] = [];
  readonly #pixel: number[] = [];
  readonly #p: number[] = [];

  constructor(where: string) {
    this.#where = where;
  }

  add(t: number, pixel: number, p: number): void {
    this.#t.push(t);
    this.#pixel.push(pixel);
    this.#p.push(p);
    if (this.#t.length <= MOST_EVENTS) return;
    throw new OutOfMemoryError(
      `${this.#where}: more than ${MOST_EVENTS} events; expected fewer. Use a higher threshold or a shorter scene.`,
    );
  }

  /** Those of one microsecond stay in the order in which they were found. */
  sorted(width: number, height: number): Events {
    const [times, pixels, polarities] = [this.#t, this.#pixel, this.#p];
    const order = Uint32Array.from(times.keys()).sort((a, b) => times[a] - times[b] || a - b);
    return {
      t: Float64Array.from(order, (i) => times[i]),
      x: Uint16Array.from(order, (i) => pixels[i] % width),
      y: Uint16Array.from(order, (i) => Math.floor(pixels[i] / width)),
      p: Uint8Array.from(order, (i) => polarities[i]),
      width,
      height,
    };
  }
}
