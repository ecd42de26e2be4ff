/** Suite b: Linear and Conv2d forward, their weight gradient and input gradient, by how many of the inputs are spikes. */

import type { Tensor } from "../../dist/index.js";
import { denseProductRow } from "./dense-product.js";
import type { PeerComparison, PeerPart, PeerRun } from "./peer-run.js";
import { nearValues, type Check } from "../../dist/cli/quick-bench/check.js";
import type { FoundPeer } from "./peers.js";
import { PYTORCH } from "./pytorch-peer.js";
import {
  compute,
  convolution,
  createOperands,
  disposeOperands,
  fewSamples,
  linearProduct,
  randomArrays,
  type Arrays,
  type Operands,
  type Operation,
  type Product,
} from "./products.js";
import { byReferenceTwin, TWIN } from "../../dist/cli/quick-bench/reference-twin.js";
import type { Row } from "../../dist/cli/quick-bench/results.js";
import type { SuiteResult } from "./suite-result.js";
import { ownContestant, type Contestant } from "../../dist/cli/quick-bench/timing.js";

const DENSITIES = [0.05, 0.1, 0.2, 0.4, 1] as const;
const OPERATIONS: readonly Operation[] = ["forward", "weight gradient", "input gradient"];
/** Of the largest element: sums of up to 262,144 products in another order. */
const TOLERANCE = 1e-5;
const TWIN_SAMPLES = 1;

const PRODUCTS = {
  full: [convolution(16, 32, 64, 64), convolution(256, 14, 32, 64), linearProduct(256, 3136, 128)],
  quick: [convolution(2, 8, 64, 64), linearProduct(8, 576, 32)],
} as const;

/** The convolution whose time at 5 % and 40 % is compared. */
export const SPARSE_CONVOLUTION = PRODUCTS.full[0].name;
export const DENSE = "atif, dense";

export async function productsSuite(bench: PeerRun): Promise<SuiteResult> {
  const products: readonly Product[] = PRODUCTS[bench.options.quick ? "quick" : "full"];
  const rows: Row[] = [];
  const groups = products.flatMap((product) => OPERATIONS.map((operation) => ({ product, operation })));
  for (const [i, { product, operation }] of groups.entries()) {
    const at = [i / groups.length, (i + 1) / groups.length] as const;
    rows.push(...(await compareProduct(bench, product, operation, at)));
  }
  rows.push(await denseProductRow(bench, [1, 1]));
  return {
    suite: "b",
    title: "products of spikes and weights, by the fraction of inputs that are spikes",
    rows,
    figures: [],
    notes: [
      "All densities of a product take turns. Dense contestants take as long at any density and are timed once for all; " +
        "the input gradient does not read the spikes.",
    ],
  };
}

export function rowName(product: string, operation: Operation, density: number): string {
  const name = `${product}, ${operation}`;
  return operation === "input gradient" ? name : `${name}, ${100 * density} %`;
}

/** Rows of all densities, timed in turns. */
async function compareProduct(
  bench: PeerRun,
  product: Product,
  operation: Operation,
  at: readonly [number, number],
): Promise<Row[]> {
  const made: Operands[] = [];
  // Timed once for all densities.
  const peers = bench.peers
    .filter(({ kinds }) => kinds.has("products"))
    .map((peer) => ({ peer, contestant: peer.process.contestant("products", operation) }));
  let dense: Contestant | null = null;
  try {
    const comparisons = (operation === "input gradient" ? [1] : DENSITIES).map((density): PeerComparison => {
      const arrays = randomArrays(product, density);
      const operands = createOperands(product, arrays);
      made.push(operands);
      const time = (name: string, x: "packed" | "dense"): Contestant =>
        ownContestant(name, () => compute(operation, product, operands[x], operands.w, operands.g).dispose());
      dense ??= time(DENSE, "dense");
      return {
        name: rowName(product.name, operation, density),
        own: time("atif", "packed"),
        check: () => checkOwn(bench, product, operation, density, operands),
        limits: operation === "input gradient" ? [] : [dense],
        peers: peers
          // One density says all about a peer that takes as long at any; only PyTorch stands in every row.
          .filter(({ peer }) => density === 1 || peer.name === PYTORCH)
          .map(({ peer, contestant }): PeerPart => ({
            peer,
            check: () => checkPeer(bench, peer, product, operation, arrays, operands),
            contestant: () => contestant,
          })),
      };
    });
    return await bench.compareAll(`${product.name}, ${operation}`, comparisons, at);
  } finally {
    for (const operands of made) disposeOperands(operands);
    bench.files.clear();
  }
}

/** Few samples with the twin; the whole by the kernels for spikes with the dense ones. */
async function checkOwn(
  { options }: PeerRun,
  product: Product,
  operation: Operation,
  density: number,
  operands: Operands,
): Promise<Check[]> {
  const few = fewSamples(product, TWIN_SAMPLES);
  const arrays = randomArrays(few, density);
  const results = (): Float32Array[] => {
    const small = createOperands(few, arrays);
    const both = [small.packed, small.dense].map((x) => result(operation, few, x, small));
    disposeOperands(small);
    return both;
  };
  const [packed, dense] = results();
  const [, twin] = await byReferenceTwin(options.threads, results);
  const checks = [
    nearValues(TWIN, `${operation} of ${TWIN_SAMPLES} sample`, packed, twin, TOLERANCE),
    nearValues(TWIN, `${operation} of ${TWIN_SAMPLES} sample, dense`, dense, twin, TOLERANCE),
  ];
  if (operation === "input gradient") return checks.slice(0, 1);
  const [bySpikes, byDense] = [operands.packed, operands.dense].map((x) =>
    result(operation, product, x, operands),
  );
  return [...checks, nearValues("the dense kernel", operation, bySpikes, byDense, TOLERANCE)];
}

async function checkPeer(
  { files }: PeerRun,
  { name, process }: FoundPeer,
  product: Product,
  operation: Operation,
  { x, w, g }: Arrays,
  operands: Operands,
): Promise<Check[]> {
  await process.ask("prepare", {
    kind: "products",
    folder: files.folder,
    x: files.write(x, product.x),
    w: files.write(w, product.w),
    gradient: files.write(g, product.y),
  });
  const theirs = (await process.results("products", operation, files)).get("result") ?? new Float32Array(0);
  return [
    nearValues(name, operation, result(operation, product, operands.packed, operands), theirs, TOLERANCE),
  ];
}

function result(operation: Operation, product: Product, x: Tensor, { w, g }: Operands): Float32Array {
  const computed = compute(operation, product, x, w, g);
  const array = computed.toArray();
  computed.dispose();
  return array;
}
