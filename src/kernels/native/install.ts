/** Offers the native kernels to init(). Imported for its effect, in Node alone (node.ts, the command line). */

import { checkOneOf } from "../../checks.js";
import { StateError } from "../../errors.js";
import { nodeProcess } from "../../platform/host.js";
import type { Backend } from "../backend.js";
import { offerNative } from "../native-offer.js";
import type { Addon } from "./addon.js";
import { createNativeBackend } from "./backend.js";
import { findAddon } from "./find-addon.js";

offerNative({
  usual() {
    const asked = variable("ATIF_BACKEND");
    if (asked !== undefined)
      return checkOneOf("init: the environment variable ATIF_BACKEND", asked, [
        "wasm",
        "native",
        "reference",
      ]);
    return findAddon().addon === null ? "wasm" : "native";
  },
  create: (threads) => create(threads, true),
  createInference: (threads) => create(threads, false),
  whyNot() {
    const { addon, tried } = findAddon();
    if (addon === null) return tried;
    const asked = variable("ATIF_BACKEND");
    if (asked !== undefined && asked !== "native") return `the environment variable ATIF_BACKEND is ${asked}`;
    return "init() was told to take another backend";
  },
});

async function create(threads: number, trains: boolean): Promise<Backend> {
  const { addon, tried } = findAddon();
  if (addon === null)
    throw new StateError(
      `init: the backend is to be "native", but there are no native kernels here: ${tried}. In a checkout, build them ` +
        'with `npm run build:native`; or take "wasm", which gives the same bits.',
    );
  return createNativeBackend(addon, instructionSet(addon), threads, { trains });
}

/** The widest, or that of the environment variable ATIF_INSTRUCTION_SET. */
function instructionSet({ sets }: Addon): string {
  const asked = variable("ATIF_INSTRUCTION_SET");
  if (asked === undefined) return sets[0];
  return checkOneOf("init: the environment variable ATIF_INSTRUCTION_SET", asked, sets);
}

/** One that is empty is not set. */
function variable(name: string): string | undefined {
  const value = nodeProcess()?.env[name];
  return value === "" ? undefined : value;
}
