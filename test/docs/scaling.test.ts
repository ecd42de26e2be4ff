/** docs/scaling.md is what `npm run scaling-model` writes, and its formulas give the figures that are known of them. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

interface Network {
  readonly name: string;
  readonly latency: number;
  readonly bandwidth: number;
}
type Reduction = (bytes: number, ranks: number, network: Network) => number;

/** The scripts are JavaScript. */
interface Scripts {
  readonly reductions: Readonly<Record<"ring" | "rabenseifner" | "tree" | "exact", Reduction>>;
  readonly interconnects: readonly Network[];
  overlapped(reduce: Reduction, bytes: number, ranks: number, network: Network, step: number): number;
  efficiency(step: number, longer: number): number;
  page(parameters: number): string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const scripts = ["model", "page"].map(
  (name) => import(`${root}/scripts/scaling/${name}.mjs`) as Promise<object>,
);
const { reductions, interconnects, overlapped, efficiency, page } = Object.assign(
  {},
  ...(await Promise.all(scripts)),
) as Scripts;

/** 28 x 28 pixels; two convolutions of 3 x 3, each with batch norm; two linear layers; a theta for each of three neurons. */
const WEIGHTS = 9 * 32 + 9 * 32 * 64 + 2 * (32 + 64) + 7 * 7 * 64 * 128 + 128 + 128 * 10 + 10 + 3;

it("the page is what the script writes", () => {
  expect(readFileSync(`${root}/docs/scaling.md`, "utf8")).toBe(page(WEIGHTS));
});

describe("the model", () => {
  /** Of 4 MiB of float32, milliseconds: known beforehand. */
  it.each([
    ["10 GbE", 64, 11.3, 7.9, 9.6, 15.4],
    ["10 GbE", 256, 22.9, 8.1, 15.5, 15.7],
    ["10 GbE", 1024, 69.0, 8.2, 38.6, 15.8],
    ["25 GbE", 64, 5.5, 3.2, 4.3, 6.1],
    ["25 GbE", 1024, 43.9, 3.4, 23.7, 6.4],
    ["100G InfiniBand", 64, 1.1, 0.8, 1.0, 1.5],
    ["100G InfiniBand", 1024, 6.9, 0.8, 3.9, 1.6],
  ])("%s, %i ranks", (name, ranks, ...expected) => {
    const network = interconnects.find((each) => each.name === name);
    if (network === undefined) throw new Error(`there is no ${name}`);
    const said = [reductions.ring, reductions.rabenseifner, reductions.tree, reductions.exact].map((reduce) =>
      (1000 * reduce(4 * 2 ** 20, ranks, network)).toFixed(1),
    );
    expect(said).toEqual(expected.map((value) => value.toFixed(1)));
  });

  it("hides of the first of two buckets what half the backward pass lasts", () => {
    // 1 s for each bucket of 1 byte, between two ranks.
    const network = { name: "slow", latency: 0, bandwidth: 1 };
    const ring = reductions.ring;
    expect(ring(2, 2, network)).toBe(2);
    expect(overlapped(ring, 2, 2, network, 3)).toBe(1);
    expect(overlapped(ring, 2, 2, network, 1.5)).toBe(1.5);
    expect(efficiency(3, 1)).toBe(0.75);
    expect(efficiency(50e-3, reductions.rabenseifner(2 ** 22, 64, interconnects[0]))).toBeCloseTo(0.86, 2);
  });
});
