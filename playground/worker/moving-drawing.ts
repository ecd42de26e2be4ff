/**
 * A still image that moves: before the simulated event camera of the library, as its moving digits do, or as a film. Everything is
 * the library's; here stands where the image is in the picture.
 */

import {
  Generator,
  movingImage,
  saccadePath,
  simulateEvents,
  straightPath,
  type Events,
  type Path,
  type Scene,
} from "atif";
import type { Motion } from "../state/motion.js";

/** Microseconds of a recording: that of the moving digits. */
export const DURATION = 300_000;
/** The same drawing, the same events. */
const SEED = 1;

/** Of the sensor's side: a moving digit is 12 of 16 pixels high, and goes 2 of 16 from the middle. */
const SIZE = 3 / 4;
const REACH = 1 / 8;
/** Sensors up to here see the small digits of UCI, larger ones those of MNIST. */
const SMALL_SENSOR = 20;

const DIRECTIONS: { readonly [Each in Exclude<Motion, "saccades">]: readonly [x: number, y: number] } = {
  right: [1, 0],
  left: [-1, 0],
  up: [0, -1],
  down: [0, 1],
};

type Sensor = readonly [height: number, width: number];

/** The image that is drawn for a sensor, [H, W, 1]: of the size that its digits had. */
export function drawnShape([height, width]: readonly number[]): readonly [number, number, number] {
  const side = Math.min(height, width) <= SMALL_SENSOR ? 8 : 28;
  return [side, side, 1];
}

interface Setting {
  readonly scene: Scene;
  readonly generator: Generator;
}

function settingOf(image: ArrayLike<number>, [height, width]: Sensor, motion: Motion, seed: number): Setting {
  const [rows, columns] = drawnShape([height, width]);
  const side = Math.min(height, width);
  const generator = new Generator(seed);
  const timed = { duration: DURATION, reach: REACH * side };
  const path: Path =
    motion === "saccades"
      ? saccadePath({ ...timed, generator })
      : straightPath({ ...timed, direction: DIRECTIONS[motion] });
  const scale = (SIZE * side) / rows;
  return { scene: movingImage(image, { shape: [rows, columns], width, height, scale, path }), generator };
}

/** What the camera writes of it. @param image of drawnShape() */
export function eventsOfMoving(
  image: ArrayLike<number>,
  sensor: Sensor,
  motion: Motion,
  seed = SEED,
): Events {
  const { scene, generator } = settingOf(image, sensor, motion, seed);
  const [height, width] = sensor;
  return simulateEvents(scene, { width, height, duration: DURATION, generator });
}

/** [T, H, W, 1] how bright it is in the middle of each of T equal times. */
export function filmOfMoving(
  image: ArrayLike<number>,
  sensor: Sensor,
  motion: Motion,
  timesteps: number,
): Float32Array {
  const { scene } = settingOf(image, sensor, motion, SEED);
  const size = sensor[0] * sensor[1];
  const film = new Float32Array(timesteps * size);
  for (let t = 0; t < timesteps; t++) film.set(scene(((t + 0.5) * DURATION) / timesteps), t * size);
  return film;
}
