/** The page in an address: everything comes back, old addresses are read, damaged ones are named part by part. */

import { describe, expect, it } from "vitest";
import { verdictOn } from "../../playground/panels/reproduced.js";
import { addressOf, partsOf, runOf } from "../../playground/state/page-address.js";
import { current, noTraining, type PageState } from "../../playground/state/page-state.js";
import { defaultSettings, settingsToHash } from "../../playground/state/settings.js";
import { placed } from "../../playground/state/wanted-staircases.js";
import type { ModelSummary, Staircases } from "../../playground/worker/protocol.js";

const first = current();
const settings = { ...defaultSettings, seed: 7 };
const [one, other] = ["0123456789abcdef", "fedcba9876543210"];

/** As measured, with thresholds and T. */
function measured(thetas: readonly number[], isMovable = true, isTimeMovable = true): Staircases {
  const layers = thetas.map((theta) => ({ theta, isMovable, histogram: { low: 0, high: 2, counts: [] } }));
  return { timesteps: 4, layers, isTimeMovable } as unknown as Staircases;
}

const withMade = (made: typeof settings): ModelSummary =>
  ({ origin: "trained", settings: made }) as ModelSummary;

describe("the page in an address", () => {
  it("comes back: settings, a drawing, a layer, thresholds and T that were moved, a result", () => {
    const result = { weights: one, data: other };
    const whatIf = { thetas: [0.5, 1.25, 1], timesteps: 6 };
    const state: PageState = {
      ...first,
      settings,
      model: withMade(settings),
      input: { source: "drawing", strokes: [[1, 2, 3, 4]] },
      motion: "left",
      training: { ...noTraining, status: "finished", result },
      staircases: { trained: measured([0.5, 1, 1]), moved: null, whatIf, layer: 2 },
    };
    const text = addressOf(state);
    expect(text).toBe(`${settingsToHash(settings)}&d=4wEbkA&mo=left&l=2&t=6&th=_1.25_&r=${one}-${other}`);
    expect(partsOf(`#${text}`)).toEqual({
      settings,
      input: state.input,
      motion: "left",
      wanted: { layer: 2, timesteps: 6, thetas: [null, 1.25, null] },
      shared: { settings, ...result },
      unusable: [],
    });
  });

  it("has a held-out image by its number, an empty square, and nothing for a picture from a file", () => {
    const hash = settingsToHash(defaultSettings);
    const at = (input: PageState["input"]): string => addressOf({ ...first, input });
    expect(at({ source: "sample", index: 12 })).toBe(`${hash}&i=12&l=0`);
    expect(at({ source: "drawing", strokes: [] })).toBe(`${hash}&d=&l=0`);
    expect(partsOf(`${hash}&d=&l=0`)?.input).toEqual({ source: "drawing", strokes: [] });
    expect(at({ source: "picture", name: "a.png" })).toBe(`${hash}&l=0`);
    expect(at({ source: "recording", name: "a.npy" })).toBe(`${hash}&l=0`);
  });

  it("still says what the address wants as long as it cannot be shown", () => {
    const wanted = { layer: 1, timesteps: null, thetas: [0.25, null] };
    expect(addressOf({ ...first, wanted })).toBe(`${settingsToHash(defaultSettings)}&i=0&l=1&th=0.25_`);
  });

  it("of before, with settings alone, is read: nothing else is said", () => {
    expect(partsOf(settingsToHash(settings))).toEqual({ settings, input: null, motion: null, wanted: null, shared: null, unusable: [] });
    expect(partsOf("#train")).toBeNull();
    expect(partsOf("")).toBeNull();
    // As numbers are also written.
    expect(partsOf("#net=dense&lr=8e-3&T=04")?.unusable).toEqual([]);
  });

  it("has no more thresholds than layers can be", () => {
    expect(partsOf(`#net=dense&th=${"_".repeat(2000)}`)?.unusable).toEqual(["thetas"]);
  });

  it.each([
    ["h=9999", ["settings"]],
    ["net=x", ["settings"]],
    ["lr=", ["settings"]],
    ["data=mnist", ["settings"]],
    ["mo=round", ["motion"]],
    ["d=%00", ["drawing"]],
    ["i=-1", ["image"]],
    ["i=1e3", ["image"]],
    ["l=x", ["layer"]],
    ["fix=abc", ["settings"]],
    ["fix=9", ["settings"]],
    ["fix=0.50", []],
    ["t=0", ["timesteps"]],
    ["t=17", ["timesteps"]],
    ["th=0_1", ["thetas"]],
    ["th=NaN", ["thetas"]],
    ["th=Infinity", ["thetas"]],
    ["r=<script>", ["result"]],
    [`r=${one}`, ["result"]],
    [`r=${one.toUpperCase()}-${other}`, ["result"]],
    ["d=!&l=-1&i=3&unknown=1", ["drawing", "layer"]],
    ["%E0%A4%A=%", []],
  ])("that is damaged (%s) is named, and the rest is read", (damage, unusable) => {
    const hash = damage.startsWith("net=") ? `#${damage}&s=7` : `#net=convolutions&${damage}&s=7`;
    const parts = partsOf(hash);
    expect(parts?.unusable).toEqual(unusable);
    expect(parts?.settings.seed).toBe(7);
    if (damage.includes("i=3")) expect(parts?.input).toEqual({ source: "sample", index: 3 });
  });
}); // prettier-ignore

describe("thresholds that an address moves", () => {
  it("are placed on the layers, as far as sliders go; others stay", () => {
    const trained = measured([0.5, 1]);
    const placedOn = (thetas: (number | null)[], timesteps: number | null = null, layer = 1) =>
      placed({ layer, timesteps, thetas }, trained);
    expect(placedOn([null, 0.75])).toEqual({ layer: 1, whatIf: { thetas: [0.5, 0.75], timesteps: 4 } });
    expect(placedOn([1e-9, 1e5], 8)).toEqual({ layer: 1, whatIf: { thetas: [0.02, 2], timesteps: 8 } });
    expect(placedOn([])).toEqual({ layer: 1, whatIf: null });
    // A sequence has its own T.
    const ofSequences = measured([0.5, 1], true, false);
    expect(placed({ layer: 0, timesteps: 8, thetas: [] }, ofSequences)).toEqual({ layer: 0, whatIf: null });
    expect(placed({ layer: 0, timesteps: 8, thetas: [1] }, measured([0.5], true, false))?.whatIf).toEqual({ thetas: [1], timesteps: 4 });
    expect(placed({ layer: 0, timesteps: null, thetas: [9] }, measured([0.5], false))?.whatIf?.thetas).toEqual([0.5]);
  });

  it("are those of another network where the layers are others", () => {
    const trained = measured([0.5, 1]);
    expect(placed({ layer: 2, timesteps: null, thetas: [] }, trained)).toBeNull();
    expect(placed({ layer: 0, timesteps: null, thetas: [1] }, trained)).toBeNull();
    // A network without spiking layers has none to select.
    expect(placed({ layer: 0, timesteps: null, thetas: [] }, measured([]))).toEqual({ layer: 0, whatIf: null });
  });
}); // prettier-ignore

describe("a run that is shared", () => {
  const shared = { settings, weights: one, data: other };
  const finished = (weights: string, data = other): Partial<PageState> => ({
    model: withMade(settings),
    training: { ...noTraining, status: "finished", result: { weights, data } },
  });
  const kind = (changes: Partial<PageState>) => verdictOn({ ...first, settings, ...changes })?.kind;

  it("is reproduced to the bit, or not, or not comparable", () => {
    expect(kind({ shared })).toBe("wanted");
    expect(kind({ shared, ...finished(one) })).toBe("same");
    expect(kind({ shared, ...finished(other) })).toBe("other");
    expect(kind({ shared, ...finished(one, one) })).toBe("otherData");
  });

  it("is spoken of while the sliders say its settings, and never of a run with others", () => {
    const moved = { ...settings, seed: 8 };
    expect(kind({ shared, settings: moved })).toBeUndefined();
    expect(kind({ shared, settings: moved, ...finished(one) })).toBeUndefined();
    expect(kind({ shared, ...finished(one), model: withMade(moved) })).toBe("wanted");
    expect(kind({ ...finished(one) })).toBe("own");
    expect(kind({})).toBeUndefined();
  });

  it("stays in the address, so that whoever opens it compares with the same", () => {
    const state = { ...first, settings, shared, ...finished(other) };
    expect(runOf(state)).toBe(shared);
    expect(addressOf(state)).toContain(`r=${one}-${other}`);
  });
}); // prettier-ignore
