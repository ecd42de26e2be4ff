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
  readonly spikes: boolean;
  readonly tried: readonly Tried[];
}

interface Row {
  readonly kind: { readonly name: string };
  readonly T: number;
  readonly accuracy: number;
  readonly least: number;
  readonly most: number;
  readonly spikes: number;
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
  joinedChoice(before: Choice | null, now: Choice): Choice;
  rated(chosen: readonly Chosen[]): { readonly name: string; readonly settings: Record<string, unknown> }[];
  curvesOf(rates: object, rows: readonly object[]): { readonly points: readonly object[] }[];
  ratesVerdictsOf(curves: readonly object[], rates: readonly number[]): string[];
  ratesTableOf(curves: readonly object[], rates: readonly number[]): string;
  ratesPicture(kept: object): Promise<string | null>;
  rowsOf(results: object, chosen: readonly Chosen[], products: number | null, int8: object | null): Row[];
  tableOf(rows: readonly Row[]): string;
  readonly RATES: readonly number[];
  choiceOf(results: object): Choice;
  missingOf(entries: readonly Entry[], results: object | null, before: Settings, now: Settings): Entry[];
  besides(results: object | null, entries: readonly Entry[]): object | null;
  joinedRuns(before: object | null, now: object): object;
  settingsIn(path: string): Settings;
}

interface Entry {
  readonly name: string;
}

type Settings = ReadonlyMap<string, string>;

interface Choice {
  readonly version?: string;
  readonly rows: readonly { readonly settings: readonly string[]; readonly figures: object }[];
}

interface Chosen {
  readonly kind: Kind;
  readonly T: number;
  readonly tried: Tried;
  readonly settings: Record<string, unknown>;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = ["choose", "kept", "kinds", "page", "table", "rates", "rates-picture", "missing"].map(
  (name) => import(`${root}/scripts/results/${name}.mjs`) as Promise<object>,
);
const { choose, candidates, isMeasured, nameOf, kept, kindsFor, TIMESTEPS, page, verdictsOf, ...more } =
  Object.assign({}, ...(await Promise.all(scripts))) as Scripts;

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
    const unmeasured = [8, 1].map((T) => ({ kind, T }));
    const part = { name: "clothes", data, results: { runs: [] }, chosen: [], unmeasured, products: 0 };
    expect(page([part])).toContain(`Not measured yet: ${kind.name} at T = 1, 8.`);
  });

  it("is told apart only where every seed of one is above every seed of the other", () => {
    const row = (name: string, accuracy: number, least: number, most: number, spikes = 1): Row => ({
      kind: { name },
      T: 4,
      accuracy,
      least,
      most,
      spikes,
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
    // Of learned thresholds it is said where they lose.
    const [best, next] = [row("a", 0.9, 0.89, 0.91, 200), row("b", 0.88, 0.87, 0.885)];
    const told = "* T = 4: a is ahead of b by 2.00 points, with every seed above every seed of it.";
    const learned = kinds[0].name;
    expect(verdictsOf([row(learned, 0.87, 0.86, 0.88, 50), best, next])).toEqual([
      `${told} ${learned} is 3.00 points behind the first, with every seed below every seed of it, at 0.25 times its spikes.`,
    ]);
    expect(verdictsOf([row(learned, 0.87, 0.86, 0.9, 100), best, next])).toEqual([
      `${told} ${learned} is 3.00 points behind the first, within the spread of the seeds, at 0.50 times its spikes.`,
    ]);
  });
});

describe("what is measured besides", () => {
  const kinds = kindsFor(0.001);
  const [kind, channels] = kinds;
  const chosen = [kind, channels, kinds[kinds.length - 1]].map((each) => {
    const [tried] = each.tried;
    return { kind: each, T: 4, tried, settings: tried.settings(4) };
  });
  const run = (name: string, accuracy: number, spikes: number, seed: number): object => ({
    settings: [name],
    seed,
    state: "complete",
    figures: {
      test: { accuracy },
      spikesPerInference: spikes,
      layers: [
        { theta: 1, ...(name.includes("channel") ? { thetas: { min: 0.5, median: 1.25, max: 2 } } : {}) },
      ],
      operations: { synAcc: 10, synMac: 5 },
    },
  });
  const seeds = [0.91, 0.9, 0.93];

  it("joins a choice with what was tried before, the newer of two", () => {
    const row = (name: string, of: number): Choice["rows"][number] => ({ settings: [name], figures: { of } });
    const joined = more.joinedChoice({ version: "1", rows: [row("a", 1), row("b", 1)] }, { version: "2", rows: [row("b", 2), row("c", 2)] }); // prettier-ignore
    expect(joined).toEqual({ version: "2", rows: [row("a", 1), row("b", 2), row("c", 2)] });
    expect(more.joinedChoice(null, { rows: [row("a", 1)] })).toEqual({ rows: [row("a", 1)] });
  });

  it("runs again what is not whole, and what was made with other settings", () => {
    const runs = [1, 2, 3].flatMap((seed) => [
      run("whole", 0.9, 1, seed),
      run("changed", 0.9, 1, seed),
      { ...run("failed", 0.9, 1, seed), state: seed === 3 ? "failed" : "complete" },
    ]);
    const entries = ["whole", "changed", "failed", "new"].map((name) => ({ name }));
    const now = new Map(entries.map(({ name }) => [name, "1"]));
    const before = new Map([...now, ["changed", "0"]]);
    const missing = more.missingOf(entries, { runs }, before, now);
    expect(missing.map(({ name }) => name)).toEqual(["changed", "failed", "new"]);
    expect(more.missingOf(entries, null, new Map(), now)).toEqual(entries);
    // What is known besides stays; of what was run again, what has all its seeds.
    const known = more.besides({ version: "1", runs }, missing);
    expect(known).toEqual({ version: "1", runs: runs.filter((each) => "settings" in each && (each.settings as string[])[0] === "whole") }); // prettier-ignore
    const again = [1, 2, 3].map((seed) => run("changed", 0.8, 1, seed));
    const joined = more.joinedRuns(known, { version: "2", runs: [...again, run("new", 0.7, 1, 1)] });
    expect(joined).toEqual({ version: "2", runs: [...(known as { runs: object[] }).runs, ...again] });
    expect(more.joinedRuns(null, { runs: again })).toEqual({ runs: again });
    expect(more.besides(null, missing)).toBeNull();
  });

  it("knows the settings of its sweep files by name", () => {
    const settings = more.settingsIn(`${root}/results/digits-final.toml`);
    const name = nameOf(kind, 4);
    expect(JSON.parse(settings.get(name) ?? "")).toMatchObject({ name, "model.0.params.timesteps": 4 });
    expect(more.settingsIn(`${root}/results/none.toml`).size).toBe(0);
  });

  it("keeps of a choice that was stopped what is complete", () => {
    const rows = [{ mean: 0.9 }, null, undefined].map((val_acc, i) => ({ settings: [String(i)], figures: { val_acc } })); // prettier-ignore
    expect(more.choiceOf({ rows }).rows).toEqual([{ settings: ["0"], figures: { val_acc: { mean: 0.9 } } }]);
  });

  it("holds those that spike to a rate, and changes nothing else", () => {
    const rated = more.rated(chosen);
    expect(rated.map(({ name }) => name)).toEqual(
      [kind, channels].flatMap((each) => more.RATES.map((rate) => nameOf(each, 4, `rate ${rate}`))),
    );
    const { "model.0.firing_rate": rate, ...settings } = rated[0].settings;
    expect(rate).toMatchObject({ target: more.RATES[0] });
    expect(settings).toEqual(chosen[0].settings);
  });

  it("has medians of the seeds, int8 and thresholds of channels in the table", () => {
    const runs = chosen
      .slice(0, 2)
      .flatMap((each) => seeds.map((accuracy, i) => run(nameOf(each.kind, 4), accuracy, 100 + i, i)));
    const rows = more.rowsOf({ runs }, chosen, null, { [nameOf(kind, 4)]: [0.5, 0.75, 0.25] });
    expect(rows.map(({ accuracy, least, most }) => [accuracy, least, most])).toEqual([[0.91, 0.9, 0.93], [0.91, 0.9, 0.93]]); // prettier-ignore
    expect(more.tableOf(rows).split("\n").slice(2)).toEqual([
      `| 4 | ${kind.name} | 91.00 (90.00 to 93.00) | 50.00 | 101 | 10 | 5 | 1.00 | ${kind.tried[0].told} |`,
      `| 4 | ${channels.name} | 91.00 (90.00 to 93.00) |  | 101 | 10 | 5 | 1.25 (0.50 to 2.00) | ${channels.tried[0].told} |`,
    ]);
  });

  it("compares kinds at equal spikes, in a table, in sentences and in a picture", async () => {
    const runs = chosen
      .slice(0, 2)
      .flatMap((each) => seeds.map((accuracy, i) => run(nameOf(each.kind, 4), accuracy, 100, i)));
    const rates = {
      runs: seeds.flatMap((accuracy, i) => [
        run(nameOf(kind, 4, `rate ${more.RATES[0]}`), accuracy - 0.2, 40, i),
        run(nameOf(channels, 4, `rate ${more.RATES[0]}`), accuracy - 0.1, 41, i),
      ]),
    };
    const curves = more.curvesOf(rates, more.rowsOf({ runs }, chosen, null, null));
    expect(curves.map(({ points }) => points.length)).toEqual([2, 2]);
    expect(more.ratesTableOf(curves, more.RATES).split("\n")[2]).toBe(
      `| 4 | ${kind.name} | 91.00 at 100 | 71.00 at 40 |  |  |`,
    );
    expect(more.ratesVerdictsOf(curves, more.RATES)).toEqual([
      `* T = 4, rate ${more.RATES[0]}: ${channels.name} is ahead of ${kind.name} by 10.00 points, with every seed above every seed of it.`,
    ]);
    const data = { title: "Clothes", told: "Clothes.", epochs: 1, needsData: false };
    const part = {
      name: "clothes",
      data,
      results: { runs },
      chosen,
      unmeasured: [],
      products: 0,
      int8: null,
      rates,
    };
    expect(page([part])).toContain("](pictures/results-clothes.svg)");
    const svg = await more.ratesPicture(part);
    expect(svg?.match(/<circle/g)).toHaveLength(4);
    expect(svg).toContain("T = 4");
    expect(await more.ratesPicture({ ...part, rates: null })).toBeNull();
  });
});
