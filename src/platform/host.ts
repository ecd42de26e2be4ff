/** Node's own modules, where there is Node: bundlers do not follow this way to them, and browsers do not have it. */

interface NodeProcess {
  readonly pid: number;
  readonly platform: string;
  readonly arch: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly versions?: { readonly node?: string };
  getBuiltinModule?(id: string): unknown;
  kill(pid: number, signal: 0): true;
  on(event: "exit", listener: () => void): unknown;
  off(event: "exit", listener: () => void): unknown;
}

/** Of Node; undefined in browsers. */
export function nodeProcess(): NodeProcess | undefined {
  return (globalThis as { process?: NodeProcess }).process;
}

/**
 * `builtinModule<typeof import("node:fs")>("node:fs")`, or undefined where there is none.
 *
 * @param id with its prefix "node:"
 */
export function builtinModule<T>(id: `node:${string}`): T | undefined {
  return nodeProcess()?.getBuiltinModule?.(id) as T | undefined;
}
