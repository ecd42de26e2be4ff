/** The names and shapes of a state dict, asked for what the networks of Qualia have, and what they say of one. */

import { FormatError } from "../../errors.js";
import type { ModelKind } from "../../models/table.js";
import { formatShape } from "../../shapes.js";
import type { ForeignArrays } from "./foreign-arrays.js";
import type { MissingFact } from "./missing-facts.js";

/** The params of a network in Qualia's keys, by name. */
export type TemplateParams = Readonly<Record<string, unknown>>;

export interface FoundTemplate {
  /** null: several kinds have these names. */
  readonly kind: ModelKind | null;
  /** "an SMLP: units 10, 7; 4 classes" */
  readonly words: string;
  /** In Qualia's keys. */
  readonly params: TemplateParams;
  /** What no array tells, by the names of options; those with a default in Qualia are needed where nothing describes the network. */
  readonly open: readonly MissingFact[];
  /** Entries in the lists of strides, paddings and poolings: one number given for them is meant for all. */
  readonly stages: number;
  /** Keys of which Qualia has a default that no array contradicts. */
  readonly silent: readonly string[];
  /** Those that follow from others once they are known. */
  complete(params: TemplateParams): TemplateParams;
}

/** The arrays of a file, asked for what layers have. */
export class Names {
  readonly #arrays: ForeignArrays;
  readonly #source: string;

  constructor(arrays: ForeignArrays, source: string) {
    this.#arrays = arrays;
    this.#source = source;
  }

  has(name: string): boolean {
    return this.#arrays.has(name);
  }

  /** How many of layer 1, 2, 3 … are there. */
  count(nameOf: (i: number) => string, first = 1): number {
    let count = 0;
    while (this.has(nameOf(first + count))) count++;
    return count;
  }

  /** @throws FormatError unless it has so many axes */
  shape(name: string, ...ranks: readonly number[]): readonly number[] {
    const shape = this.#arrays.get(name)?.shape ?? [];
    if (ranks.includes(shape.length) && shape.every((length) => length > 0)) return shape;
    const meaning = ranks[0] === 2 ? "[out, in]" : "[out, in, K] or [out, in, KH, KW]";
    throw new FormatError(
      `${this.#source}: ${name} is ${formatShape(shape)}; expected ${meaning}, as the name says. ` +
        "Describe the network with architecture, or look at where the file was written.",
    );
  }

  /** Of a linear layer. */
  linear(name: string): { readonly inFeatures: number; readonly outFeatures: number } {
    const [outFeatures, inFeatures] = this.shape(`${name}.weight`, 2);
    return { inFeatures, outFeatures };
  }

  /** Of a convolution. */
  convolution(name: string): {
    readonly out: number;
    readonly perGroup: number;
    readonly kernel: number | readonly number[];
    readonly dims: 1 | 2;
  } {
    const [out, perGroup, ...kernel] = this.shape(`${name}.weight`, 3, 4);
    const isSquare = kernel.every((length) => length === kernel[0]);
    return { out, perGroup, kernel: isSquare ? kernel[0] : kernel, dims: kernel.length === 1 ? 1 : 2 };
  }

  /** The kind of the neurons, from the name of the array that they keep; null if they keep none. */
  get neuronKind(): "ATIF" | "IFSRL" | "ParametricLIFNode" | null {
    const holds = (array: string): boolean =>
      [...this.#arrays.keys()].some((name) => new RegExp(`(^|\\.)neuron\\w*\\.${array}$`).test(name));
    if (holds("v_threshold")) return "ATIF";
    if (holds("vp_th")) return "IFSRL";
    return holds("w") ? "ParametricLIFNode" : null;
  }

  /** params.neuron, and what is to be asked for about it. */
  get neuron(): { readonly params: TemplateParams; readonly open: readonly MissingFact[] } {
    const kind = this.neuronKind;
    if (kind === "ATIF" || kind === "IFSRL") return { params: { neuron: { kind } }, open: [] };
    const expects =
      kind === null
        ? 'IFNode or LIFNode, which leave nothing in files, with their v_threshold and v_reset, such as { kind: "LIFNode", params: { v_reset: false, tau: 2 } }; v_reset false: the threshold is subtracted'
        : '{ kind: "ParametricLIFNode", params }, with v_reset, false where the threshold is subtracted, and v_threshold and decay_input if they are not 1 and true';
    return { params: {}, open: [{ option: "neuron", expects }] };
  }
}

export const timestepsFact: MissingFact = { option: "timesteps", expects: "T, a whole number of at least 1" };

/** @param axes of the map: 1 or 2 */
export function mapFact(axes: number, channels: number): MissingFact {
  const expects = axes === 1 ? `[length, ${channels}]` : `[height, width, ${channels}]`;
  return { option: "inputShape", expects: `${expects}, channels last` };
}
