/** Paths of files, as the system spells them; Node only, but for what says otherwise. */

import { builtinModule } from "./host.js";
import { nodeModule } from "./node-module.js";

interface PathModule {
  basename(path: string): string;
  dirname(path: string): string;
  join(...parts: string[]): string;
  relative(from: string, to: string): string;
  resolve(...parts: string[]): string;
}

function paths(): PathModule {
  return nodeModule<PathModule>("node:path");
}

export function joinPaths(...parts: string[]): string {
  return paths().join(...parts);
}

export function folderOf(path: string): string {
  return paths().dirname(path);
}

/** The last part of a path. */
export function lastPart(path: string): string {
  return paths().basename(path);
}

/** From the root of the file system; as it is where there is none. */
export function absolutePath(path: string): string {
  return builtinModule<PathModule>("node:path")?.resolve(path) ?? path;
}

/** Relative to the working folder when that is below it, absolute otherwise. */
export function shortPath(path: string, cwd = paths().resolve()): string {
  const { relative, resolve } = paths();
  const short = relative(cwd, resolve(cwd, path));
  if (short === "") return ".";
  return short.startsWith("..") ? resolve(cwd, path) : short;
}
