/**
 * Damaged files of NIR. HDF5 as h5py writes it holds no checksums of numbers, so that a bit of a weight that was changed is
 * another weight. Whatever comes, though: readNir says a sentence, or gives a network of finite numbers that runs, and takes no
 * more memory than the file accounts for.
 */

import { readdirSync, readFileSync } from "node:fs";
import { FormatError, Generator, noGrad, readNir, scope, Tensor } from "../../src/index.js";
import { mutated } from "./mutations.js";

export interface NirTally {
  refused: number;
  read: number;
}

const folder = new URL("../exchange/files/nir/", import.meta.url);

/** Every form of file is among them: plain, gzip, superblocks 0 and 3, fixed and long texts, metadata, graphs in graphs. */
function samples(): { readonly name: string; readonly bytes: Uint8Array }[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(".nir") && !/^(bad|cut|not)_/.test(name))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(new URL(name, folder))) }));
}

/** @throws Error naming seed and number of the first file that is judged wrongly */
export async function fuzzNir(seed: number, count: number): Promise<NirTally> {
  const random = new Generator(seed);
  const files = samples();
  const tally = { refused: 0, read: 0 };
  for (let i = 0; i < count; i++) {
    const { name, bytes } = files[random.integer(files.length)];
    const damaged = mutated(bytes, random);
    try {
      if (await judge(damaged)) tally.read++;
      else tally.refused++;
    } catch (error) {
      throw new Error(`${name}, seed ${seed}, number ${i}: ${String(error)}`, { cause: error });
    }
  }
  return tally;
}

/** Whether it was read. */
async function judge(damaged: Uint8Array): Promise<boolean> {
  const read = await readNir(damaged, { dt: 1 }).catch((error: unknown) => {
    if (error instanceof FormatError && /^readNir: .*\.$/.test(error.message)) return null;
    throw error;
  });
  if (read === null) return false;
  const { model } = read;
  for (const [name, { data }] of Object.entries(model.stateDict()))
    if (!data.every(Number.isFinite)) throw new Error(`${name} holds what is no number`);
  const size = model.inputShape.reduce((product, length) => product * length, 1);
  if (size > 1e6) throw new Error(`the input has ${size} numbers`);
  const outputs = noGrad(() => scope(() => model.run(Tensor.full([1, ...model.inputShape], 0.5)).toArray()));
  if (outputs.length !== model.outputShape[0]) throw new Error(`${outputs.length} outputs`);
  scope(() => model.reset());
  return true;
}
