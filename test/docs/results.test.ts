/** docs/results.md is what `npm run results` makes of results/: no figure is written by hand. */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
interface Tried {
  readonly told: string;
  settings(T: number): Record<string, unknown>;
}

interface Kind {
  readonly name: string;
  readonly tried: readonly Tried[];
}

interface Row {
  readonly kind: { readonly name: string };
  readonly T: number;
  readonly accuracy: number;
  readonly least: number;
  readonly most: number;
}

/** The scripts are JavaScript. */
interface Scripts {
  choose(kinds: readonly Kind[], timesteps: readonly number[], results: object): { readonly tried: Tried }[];
  candidates(kinds: readonly Kind[], timesteps: readonly number[]): { readonly name: string }[];
  nameOf(kind: Kind, T: number, told?: string): string;
  kept(root: string): { readonly name: string }[];
  kindsFor(lr: number): Kind[];
  readonly TIMESTEPS: readonly number[];
  isMeasured(kind: Kind, T: number, results: object): boolean;
  page(kept: object): string;
  verdictsOf(rows: readonly Row[]): string[];
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = ["choose", "kept", "kinds", "page", "table"].map(
  (name) => import(`${root}/scripts/results/${name}.mjs`) as Promise<object>,
);
const { choose, candidates, isMeasured, nameOf, kept, kindsFor, TIMESTEPS, page, verdictsOf } = Object.assign(
  {},
  ...(await Promise.all(scripts)),
) as Scripts;

describe("docs/results.md", () => {
  it("is what npm run results writes", () => {
    expect(readFileSync(`${root}/docs/results.md`, "utf8")).toBe(page(kept(root)));
  });

  it("names experiments that are there", () => {
    for (const { name } of kept(root)) expect(existsSync(`${root}/results/networks/${name}.toml`)).toBe(true);
  });
});

describe("what is compared", () => {
  const kinds = kindsFor(0.001);

  it("is tried with the same effort: as many settings for every kind", () => {
    expect(new Set(kinds.map(({ tried }) => tried.length)).size).toBe(1);
    const all = candidates(kinds, TIMESTEPS);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(all).toHaveLength(kinds.length * TIMESTEPS.length * kinds[0].tried.length);
  });

  it("has as many levels: a ReLU of ceil(log2(T + 1)) bits, in one time step", () => {
    const relu = kinds[kinds.length - 1];
    const bits = TIMESTEPS.map((T) => {
      const settings = relu.tried[0].settings(T);
      expect(settings).toMatchObject({ "model.0.params.timesteps": 1 });
      return (settings["model.0.params.neuron"] as { params: { bits: number } }).params.bits;
    });
    expect(bits).toEqual([1, 2, 3, 4]);
  });

  it("is chosen by the held-out part, the earlier of two that are alike", () => {
    const [kind] = kinds;
    const accuracies = [0.5, 0.7, 0.6, 0.7, 0.1, 0.2];
    const rows = kind.tried.map(({ told }, i) => ({
      settings: [nameOf(kind, 4, told)],
      figures: { val_acc: { mean: accuracies[i] }, test_acc: { mean: 1 - accuracies[i] } },
    }));
    expect(choose([kind], [4], { rows }).map(({ tried }) => tried)).toEqual([kind.tried[1]]);
    expect(() => choose([kind], [4], { rows: rows.slice(1) })).toThrow("nothing is known of");
  });

  it("is in the table once each of its settings was tried, and named as lacking before", () => {
    const [kind] = kinds;
    const rows = kind.tried.map(({ told }) => ({ settings: [nameOf(kind, 4, told)] }));
    expect(isMeasured(kind, 4, { rows })).toBe(true);
    expect(isMeasured(kind, 4, { rows: rows.slice(1) })).toBe(false);
    expect(isMeasured(kind, 1, { rows })).toBe(false);
    const data = { title: "Clothes", told: "Clothes.", epochs: 1, needsData: false };
    const unmeasured = [1, 8].map((T) => ({ kind, T }));
    const part = { name: "clothes", data, results: { runs: [] }, chosen: [], unmeasured, products: 0 };
    expect(page([part])).toContain(`Not measured yet: ${kind.name} at T = 1, 8.`);
  });

  it("is told apart only where every seed of one is above every seed of the other", () => {
    const row = (name: string, accuracy: number, least: number, most: number): Row => ({
      kind: { name },
      T: 4,
      accuracy,
      least,
      most,
    });
    expect(verdictsOf([row("a", 0.9, 0.89, 0.91), row("b", 0.88, 0.87, 0.885)])).toEqual([
      "* T = 4: a is ahead of b by 2.00 points, with every seed above every seed of it.",
    ]);
    expect(verdictsOf([row("a", 0.9, 0.89, 0.91), row("b", 0.9, 0.87, 0.92)])).toEqual([
      "* T = 4: a and b are level.",
    ]);
    expect(verdictsOf([row("a", 0.88, 0.87, 0.9), row("b", 0.9, 0.89, 0.91)])).toEqual([
      "* T = 4: b is ahead of a by 2.00 points, which is within the spread of the seeds: nothing separates them.",
    ]);
  });
});
