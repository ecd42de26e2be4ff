/** Looks for the addon: the package for this platform, then what `npm run build:native` made in a checkout. */

import { messageOf } from "../../errors.js";
import { builtinModule, nodeProcess } from "../../platform/host.js";
import type { Addon } from "./addon.js";

export interface Found {
  readonly addon: Addon | null;
  /** What was tried and what came of it, where there is none. */
  readonly tried: string;
}

let found: Found | undefined;

/** Looks once. */
export function findAddon(): Found {
  found ??= look();
  return found;
}

function look(): Found {
  const module = builtinModule<typeof import("node:module")>("node:module");
  const node = nodeProcess();
  if (module === undefined || node === undefined) return { addon: null, tried: "this is not Node" };
  const load = module.createRequire(import.meta.url);
  const places = [
    `@atif/${node.platform}-${node.arch}`,
    // from dist/chunks, and from src/kernels/native
    ...["../../", "../../../"].map((up) => `${up}native/out/atif.node`),
  ];
  const tried: string[] = [];
  for (const place of places) {
    try {
      const addon = load(place) as Addon;
      if (addon.sets.length > 0) return { addon, tried: "" };
      tried.push(`${place}: none of its instruction sets runs here`);
    } catch (error) {
      tried.push(`${place}: ${messageOf(error).split("\n")[0]}`);
    }
  }
  return { addon: null, tried: tried.join("; ") };
}
