/**
 * The cases of every kernel, as plain data. A kernel without a row does not compile.
 *
 * Nothing here needs a test runner: kernels/native replays the same cases under the sanitizers.
 */

import type { KernelName } from "../../src/kernels/contract.js";
import { Generator } from "../../src/random/generator.js";
import type { Case, Row } from "./arguments.js";
import * as batchNorm from "./cases/batch-norm.js";
import * as broadcasting from "./cases/broadcasting.js";
import * as elementwise from "./cases/elementwise.js";
import * as neurons from "./cases/neurons.js";
import * as packed from "./cases/packed.js";
import * as packedNeurons from "./cases/packed-neurons.js";
import * as packedSpikes from "./cases/packed-spikes.js";
import * as pooling from "./cases/pooling.js";
import * as products from "./cases/products.js";
import * as reductions from "./cases/reductions.js";

export const table: { readonly [Name in KernelName]: Row<Name> } = {
  ...elementwise,
  ...broadcasting,
  ...reductions,
  ...products,
  ...packed,
  ...pooling,
  ...batchNorm,
  ...neurons,
  ...packedSpikes,
  ...packedNeurons,
};

export const kernelNames = Object.keys(table) as KernelName[];

/** The same cases every time: the seed is drawn from the kernel's name. */
export function casesOf<Name extends KernelName>(name: Name): Case<Name>[] {
  const seed = [...name].reduce((total, letter) => (total * 31 + letter.charCodeAt(0)) >>> 0, 7);
  const row: Row<Name> = table[name];
  return row.cases(new Generator(seed));
}
