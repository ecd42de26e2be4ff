/**
 * The page as the part of an address after "#": the settings, what is looked at, the layer, thresholds and T that were
 * moved, the hash of a run's result. Addresses come from anybody, so everything that is read is checked, and what is of no
 * use is named.
 */

import type { Input } from "../worker/protocol.js";
import { drawingFromText, drawingToText } from "./drawing-code.js";
import { firstMotion, isMotion, type Motion } from "./motion.js";
import type { PageState } from "./page-state.js";
import { ranges, settingsFromHash, settingsToHash, type Settings } from "./settings.js";
import type { WantedStaircases } from "./wanted-staircases.js";

/** What a training run came to: hashes of its weights, and of the data that it learned from. */
export interface RunResult {
  readonly weights: string;
  readonly data: string;
}

/** A run that somebody shares, with the settings that repeat it. */
export interface SharedRun extends RunResult {
  readonly settings: Settings;
}

export type AddressPart =
  "settings" | "motion" | "drawing" | "image" | "layer" | "thetas" | "timesteps" | "result";

export interface AddressParts {
  readonly settings: Settings;
  /** null: the address does not say. */
  readonly input: Input | null;
  /** null: the address does not say. */
  readonly motion: Motion | null;
  /** null: the address does not say. */
  readonly wanted: WantedStaircases | null;
  readonly shared: SharedRun | null;
  /** Parts that are there and cannot be used, or not as they are. */
  readonly unusable: readonly AddressPart[];
}

/** Held-out images at most. */
const MOST_SAMPLES = 1_000_000;
/** Layers at most. */
const MOST_THETAS = 1000;
const MOST_THETA = 1e6;

/** The same settings, the same run. */
export function sameSettings(a: Settings, b: Settings): boolean {
  return settingsToHash(a) === settingsToHash(b);
}

/** The run that the page speaks of: one that was shared, as long as the sliders say its settings, or its own. */
export function runOf({ settings, shared, training, model }: PageState): RunResult | null {
  if (shared !== null && sameSettings(shared.settings, settings)) return shared;
  const own = model?.settings;
  return own && sameSettings(own, settings) ? training.result : null;
}

/** What the address says of the staircases: what they show, or are to show. */
function staircasesOf({ wanted, staircases: { trained, whatIf, layer } }: PageState): WantedStaircases {
  if (wanted !== null) return wanted;
  if (whatIf === null || trained === null) return { layer, timesteps: null, thetas: [] };
  const thetas = whatIf.thetas.map((theta, i) => (theta === trained.layers[i].theta ? null : theta));
  return {
    layer,
    timesteps: whatIf.timesteps === trained.timesteps ? null : whatIf.timesteps,
    thetas: thetas.some((theta) => theta !== null) ? thetas : [],
  };
}

export function addressOf(state: PageState): string {
  const parts = new URLSearchParams(settingsToHash(state.settings));
  const { input } = state;
  if (input.source === "sample") parts.set("i", String(input.index));
  const drawing = input.source === "drawing" ? drawingToText(input.strokes) : null;
  if (drawing !== null) parts.set("d", drawing);
  if (state.motion !== firstMotion) parts.set("mo", state.motion);
  const { layer, timesteps, thetas } = staircasesOf(state);
  parts.set("l", String(layer));
  if (timesteps !== null) parts.set("t", String(timesteps));
  if (thetas.length > 0)
    parts.set("th", thetas.map((theta) => (theta === null ? "" : String(theta))).join("_"));
  const run = runOf(state);
  if (run !== null) parts.set("r", `${run.weights}-${run.data}`);
  return parts.toString();
}

/** @param hash of an address. @returns null if it is none of the page, but names a place on it, or says nothing */
export function partsOf(hash: string): AddressParts | null {
  const settings = settingsFromHash(hash);
  if (settings === null) return null;
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  const unusable: AddressPart[] = [];
  /** null where the address does not say, or says what cannot be used. */
  const read = <A>(key: string, part: AddressPart, reading: (text: string) => A | null): A | null => {
    const text = parts.get(key);
    if (text === null) return null;
    const value = reading(text);
    if (value === null) unusable.push(part);
    return value;
  };
  if (!isAsGiven(parts, settings)) unusable.push("settings");
  const index = read("i", "image", (text) => wholeNumber(text, MOST_SAMPLES));
  const strokes = read("d", "drawing", drawingFromText);
  const motion = read("mo", "motion", (text) => (isMotion(text) ? text : null));
  const layer = read("l", "layer", (text) => wholeNumber(text, MOST_THETAS));
  const { low, high } = ranges.timesteps;
  const timesteps = read("t", "timesteps", (text) => {
    const value = wholeNumber(text, high);
    return value !== null && value >= low ? value : null;
  });
  const thetas = read("th", "thetas", thetasOf);
  const run = read("r", "result", (text) => /^([0-9a-f]{16})-([0-9a-f]{16})$/.exec(text));
  return {
    settings,
    input:
      strokes !== null ? { source: "drawing", strokes } : index !== null ? { source: "sample", index } : null,
    motion,
    wanted: ["l", "t", "th"].some((key) => parts.has(key))
      ? { layer: layer ?? 0, timesteps, thetas: thetas ?? [] }
      : null,
    shared: run === null ? null : { settings, weights: run[1], data: run[2] },
    unusable,
  };
}

function wholeNumber(text: string, most: number): number | null {
  return /^\d{1,7}$/.test(text) && Number(text) <= most ? Number(text) : null;
}

/** "0.5__1.25": nothing between two lines where a threshold was not moved. */
function thetasOf(text: string): (number | null)[] | null {
  const texts = text.split("_");
  if (texts.length > MOST_THETAS) return null;
  const thetas = texts.map((each) => (each === "" ? null : Number(each)));
  return thetas.every((theta) => theta === null || (theta > 0 && theta <= MOST_THETA)) ? thetas : null;
}

/** Whether the settings are those that are named, each of them: none was out of range or left to its default. */
function isAsGiven(parts: URLSearchParams, settings: Settings): boolean {
  if ((parts.get("data") ?? settings.data) !== settings.data) return false;
  if (parts.has("fix") && settings.fixedTheta === null) return false;
  return [...new URLSearchParams(settingsToHash(settings))].every(([key, taken]) => {
    const given = parts.get(key);
    if (given === null || given === taken) return true;
    return given.trim() !== "" && Number(given) === Number(taken);
  });
}
