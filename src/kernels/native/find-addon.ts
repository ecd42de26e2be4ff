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
  const packages = packagesFor(node.platform, node.arch, node.platform === "linux" ? mapsOfProcess() : null);
  // from dist/chunks, and from src/kernels/native
  const built = ["../../", "../../../"].map((up) => `${up}native/out/atif.node`);
  return lookIn([...packages, ...built], module.createRequire(import.meta.url));
}

/**
 * The packages that can serve a program, of which npm installs the one that fits the system's C library.
 *
 * @param maps what the program has in its memory, as Linux writes it; null: not known
 */
export function packagesFor(platform: string, arch: string, maps: string | null): string[] {
  const name = `@atif/${platform}-${arch}`;
  if (platform !== "linux") return [name];
  const musl = `${name}-musl`;
  if (maps === null) return [name, musl];
  return /\/ld-musl-[^/\n]*$/m.test(maps) ? [musl] : [name];
}

/** What this program has in its memory, its C library among it: a system may have both. */
function mapsOfProcess(): string | null {
  try {
    return (
      builtinModule<typeof import("node:fs")>("node:fs")?.readFileSync("/proc/self/maps", "latin1") ?? null
    );
  } catch {
    return null;
  }
}

/**
 * @param places names of packages, and paths of what was built
 * @param load as require() does
 */
export function lookIn(places: readonly string[], load: (place: string) => unknown): Found {
  const tried: string[] = [];
  for (const place of places) {
    try {
      const addon = load(place) as Addon;
      if (addon.sets.length > 0) return { addon, tried: "" };
      tried.push(`${place} has no instruction set that this processor has`);
    } catch (error) {
      if (isMissing(error, place)) {
        if (!isPath(place)) tried.push(`the package ${place} is not installed`);
      } else tried.push(`${place} does not load (${messageOf(error).split("\n")[0]})`);
    }
  }
  return { addon: null, tried: tried.join(", and ") };
}

const isPath = (place: string): boolean => place.startsWith(".");

/** Not there; and not, say, there with a file that is not. */
function isMissing(error: unknown, place: string): boolean {
  return (
    (error as { readonly code?: unknown } | null)?.code === "MODULE_NOT_FOUND" &&
    messageOf(error).startsWith(`Cannot find module '${place}'`)
  );
}
