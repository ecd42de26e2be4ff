/** The params that neurons of other packages were made with, where their row does not tell them. */

import type { BaseNode } from "./base-node.js";

/** Settings that any neuron has, and that may be changed. */
interface Settings {
  readonly detachReset: boolean;
  readonly backend: string;
  readonly surrogateFunction: unknown;
}

const made = new WeakMap<
  BaseNode,
  { readonly params: Record<string, unknown>; readonly settings: Settings }
>();

function settingsOf({ detachReset, backend, surrogateFunction }: BaseNode): Settings {
  return { detachReset, backend, surrogateFunction };
}

export function rememberMade<N extends BaseNode>(neuron: N, params: Record<string, unknown>): N {
  made.set(neuron, { params, settings: settingsOf(neuron) });
  return neuron;
}

/** @throws TypeError for a neuron that was made with new, or whose settings were changed */
export function paramsOfMade(kind: string, neuron: BaseNode): Record<string, unknown> {
  const known = made.get(neuron);
  const advice = `Give the row of ${kind} a function options(neuron) that tells its params as they are.`;
  if (known === undefined)
    throw new TypeError(
      `a neuron of the kind ${kind} was made with new, and its params are not known. ${advice}`,
    );
  const { params, settings } = known;
  const now = settingsOf(neuron);
  const changed = (Object.keys(settings) as (keyof Settings)[]).find((name) => now[name] !== settings[name]);
  if (changed === undefined) return params;
  throw new TypeError(
    `a neuron of the kind ${kind} has another ${changed} than it was made with, and it would be lost. ${advice}`,
  );
}
