/** What to try where arrays do not fit a network: told from which of them do not. */

import type { Shape } from "../../shapes.js";

export interface Mismatch {
  readonly misshapen: { readonly name: string; readonly found: Shape; readonly expected: Shape }[];
  /** Names that the network has and the file does not. */
  readonly missing: string[];
  readonly unexpected: string[];
}

/** @param names all of the file */
export function mismatchAdvice(mismatch: Mismatch, names: readonly string[]): string {
  const { misshapen, missing, unexpected } = mismatch;
  const lacks = (pattern: RegExp): boolean => missing.some((name) => pattern.test(name));
  const adds = (pattern: RegExp): boolean => unexpected.some((name) => pattern.test(name));
  const prefix = commonEnding(missing, names);
  if (prefix !== null) return `All names begin with ${JSON.stringify(prefix)}: give that as prefix.`;
  if (lacks(/\.running_mean$/)) return "The normalisations were fused, or never there: batch_norm = false.";
  if (missing.some((name) => names.includes(name.replace(/\.weight$/, ".running_mean"))))
    return "A normalisation without weight and bias (affine=False) is one with 1 and 0: add them to the file.";
  if (adds(/\.running_mean$/)) return "The network was trained with normalisations: batch_norm = true.";
  if (adds(/\.v_threshold$/)) return 'v_threshold is an array of the neuron "ATIF": name that kind.';
  if (adds(/\.vp_th$/)) return 'vp_th is an array of the neuron "IFSRL": name that kind.';
  if (adds(/neuron\w*\.w$/)) return 'w is an array of the neuron "ParametricLIFNode": name that kind.';
  if (lacks(/\.(v_threshold|vp_th)$|neuron\w*\.w$/))
    return "The neurons of the file keep no such array: name their kind, IFNode or LIFNode.";
  if (adds(/\.sconv\./) || lacks(/\.sconv\./))
    return "Whether a block has a convolution on its shortcut is a matter of strides, pool_sizes and force_projection_with_stride: correct them.";
  const [first] = misshapen;
  if (misshapen.length === 1 && isInFeatures(first))
    return (
      `The layer takes ${first.found[1]} features and gets ${first.expected[1]}: correct the input shape, strides, paddings or poolings ` +
      "(pool_sizes, prepool, postpool) in front of it."
    );
  if (misshapen.length > 0)
    return "Correct the sizes in the description, or name the file that belongs to it.";
  return "Correct what describes the network (options, config, list of layers), or name the file that belongs to it.";
}

/** Of a weight [out, in]. */
function isInFeatures({ found, expected }: Mismatch["misshapen"][number]): boolean {
  return found.length === 2 && expected.length === 2 && found[0] === expected[0];
}

/** What stands in front of every name that is missing; null if it is not the same, or nothing. */
function commonEnding(missing: readonly string[], names: readonly string[]): string | null {
  const [first] = missing;
  if (first === undefined) return null;
  const longer = names.find((name) => name.endsWith(`.${first}`));
  if (longer === undefined) return null;
  const prefix = longer.slice(0, -first.length);
  return missing.every((name) => names.includes(prefix + name)) ? prefix : null;
}
