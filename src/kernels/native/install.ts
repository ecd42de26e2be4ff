/** Offers the native kernels to init(). Imported for its effect, in Node alone (node.ts, the command line). */

import { checkOneOf } from "../../checks.js";
import { StateError } from "../../errors.js";
import { nodeProcess } from "../../platform/host.js";
import { offerNative } from "../select.js";
import type { Addon } from "./addon.js";
import { createNativeBackend } from "./backend.js";
import { findAddon } from "./find-addon.js";

offerNative({
  usual() {
    const asked = nodeProcess()?.env.ATIF_BACKEND;
    if (asked !== undefined && asked !== "")
      return checkOneOf("init: the environment variable ATIF_BACKEND", asked, [
        "wasm",
        "native",
        "reference",
      ]);
    return findAddon().addon === null ? "wasm" : "native";
  },
  async create(threads) {
    const { addon, tried } = findAddon();
    if (addon === null)
      throw new StateError(
        `init: backend is "native", but no addon loads here (${tried}). In a checkout, build it with ` +
          '`npm run build:native`; or use init({ backend: "wasm" }), which gives the same bits.',
      );
    return createNativeBackend(addon, instructionSet(addon), threads);
  },
});

/** The widest, or that of the environment variable ATIF_INSTRUCTION_SET. */
function instructionSet({ sets }: Addon): string {
  const asked = nodeProcess()?.env.ATIF_INSTRUCTION_SET;
  if (asked === undefined || asked === "") return sets[0];
  return checkOneOf("init: the environment variable ATIF_INSTRUCTION_SET", asked, sets);
}
