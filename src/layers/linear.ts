/** y = x W + b. */

import { ShapeError } from "../errors.js";
import { permutedLayout, type Layout } from "../module/layout.js";
import type { Parameter } from "../module/parameter.js";
import { linear } from "../ops/matmul.js";
import { close, fix } from "../schema/fixed.js";
import { readArguments, required, withDefault, type Schema } from "../schema/schema.js";
import { flag, whole } from "../schema/value-types.js";
import { formatShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { uniformParameter } from "./initial.js";
import type { FullLayerRow } from "./layer-row.js";
import { StatelessLayer } from "./stateless-layer.js";

export interface LinearOptions {
  /** Whether a learned number is added to each output (default true). */
  bias?: boolean;
  /**
   * The inputs are a flattened map of this many channels, in memory order (channels last). PyTorch flattens channels
   * first: state dicts then hold the columns in its order (default 1: the orders are the same).
   */
  flattenedChannels?: number;
}

/** All of it, by name. */
export interface LinearSpec {
  readonly inFeatures: number;
  readonly outFeatures: number;
  readonly bias: boolean;
  readonly flattenedChannels: number;
}

const schema: Schema<LinearSpec> = {
  fields: {
    inFeatures: required(whole(0)),
    outFeatures: required(whole(1)),
    bias: withDefault(flag, true),
    flattenedChannels: withDefault(whole(1), 1),
  },
  check({ inFeatures, flattenedChannels }, place) {
    if (inFeatures % flattenedChannels === 0) return;
    place
      .at("inFeatures")
      .fail(`is ${inFeatures} with ${flattenedChannels} flattened channels; expected a multiple.`);
  },
};

export class Linear extends StatelessLayer {
  declare readonly inFeatures: number;
  declare readonly outFeatures: number;
  declare readonly flattenedChannels: number;
  /** [in, out] here; "weight" [out, in] in state dicts. */
  readonly weight: Parameter;
  readonly bias: Parameter | null;

  /** @throws TypeError, RangeError */
  constructor(inFeatures: number, outFeatures: number, options: LinearOptions = {}) {
    super();
    const given = readArguments("Linear", { inFeatures, outFeatures }, options, schema);
    const { bias, flattenedChannels } = given;
    fix<Linear>(this, { inFeatures, outFeatures, flattenedChannels });
    this.weight = this.registerParameter("weight", uniformParameter([inFeatures, outFeatures], inFeatures), {
      layout: () => linearLayout(given),
    });
    this.bias = bias ? this.registerParameter("bias", uniformParameter([outFeatures], inFeatures)) : null;
    close<Linear>(this, "weight", "bias");
  }

  /** @param x [N, in] @returns [N, out] */
  protected apply(x: Tensor): Tensor {
    return linear(x, this.weight, this.bias);
  }
}

/** Own [positions, channels, out]; PyTorch [out, channels, positions]. */
function linearLayout({ inFeatures, outFeatures, flattenedChannels: channels }: LinearSpec): Layout {
  return permutedLayout([inFeatures / channels, channels, outFeatures], [2, 1, 0], [outFeatures, inFeatures]);
}

export const linearRow: FullLayerRow<LinearSpec> = {
  layer: Linear,
  schema,
  inputs: 1,
  scaling: "weight",
  create: ({ inFeatures, outFeatures, ...options }) => new Linear(inFeatures, outFeatures, options),
  outputShape({ inFeatures, outFeatures }, [input], where) {
    if (input.length === 1 && input[0] === inFeatures) return [outFeatures];
    throw new ShapeError(
      `${where} gets ${formatShape(input)}; expected [${inFeatures}]. Flatten maps before it.`,
    );
  },
  weights: ({ inFeatures, outFeatures }) => inFeatures * outFeatures,
  operations: ({ inFeatures, outFeatures, bias }) => ({
    macs: inFeatures * outFeatures,
    adds: bias ? outFeatures : 0,
  }),
  options(layer) {
    const { inFeatures, outFeatures, flattenedChannels, bias } = layer as Linear;
    return { inFeatures, outFeatures, bias: bias !== null, flattenedChannels };
  },
};
