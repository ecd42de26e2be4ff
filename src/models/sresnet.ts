/** SResNet: a spiking residual network. Blocks shrink the map by max pooling; their convolutions have stride 1. */

import type { Architecture } from "./architecture.js";
import { product, sides } from "./dimension.js";
import { GraphModel, type GraphModelOptions } from "./graph-model.js";
import { lastMapOf, mapAfterPrepool, residualNetwork, type Block, type Unit } from "./residual-layers.js";
import {
  resolveSResNetOptions,
  type ResolvedSResNetOptions,
  type SResNetOptions,
} from "./sresnet-options.js";

export class SResNet extends GraphModel {
  readonly #options: ResolvedSResNetOptions;

  /** @throws TypeError, RangeError for options that make no network; ShapeError where branches do not meet or the map vanishes */
  constructor(options: SResNetOptions) {
    const resolved = resolveSResNetOptions(options);
    super(sresnetNetwork(resolved), "SResNet");
    this.#options = resolved;
  }

  override get architecture(): Architecture {
    return this.templateArchitecture("SResNet", this.#options);
  }
}

/** The network as data. @throws ShapeError if nothing is left of the map on the way */
export function sresnetNetwork(options: ResolvedSResNetOptions): GraphModelOptions {
  const { filters, kernelSizes, paddings, strides, numBlocks, forceProjectionWithStride: force } = options;
  const [stem, ...units] = filters.map((channels, i): Unit => ({
    channels,
    kernel: kernelSizes[i],
    padding: paddings[i],
    stride: i === 0 ? strides[0] : 1,
    pool: i === 0 ? 1 : strides[i],
  }));
  const groups = units.map((unit, g) =>
    Array.from({ length: numBlocks[g] }, (_, b): Block => {
      const inChannels = b === 0 ? filters[g] : unit.channels;
      const own = b === 0 ? unit : { ...unit, pool: 1 };
      return {
        unit: own,
        inChannels,
        isProjected: inChannels !== unit.channels || (force && product(own.pool) > 1),
      };
    }),
  );
  const lastMap = lastMapOf("SResNet", options, stem, groups, expectedMap(options));
  return residualNetwork({ model: "SResNet", options, stem, groups, shortcutPool: "smax", lastMap });
}

/** The map that the last pooling of the reference covers: rows that do not fill a stride are left out. */
function expectedMap(options: ResolvedSResNetOptions): number[] {
  const { kernelSizes, paddings, strides } = options;
  const axes = options.dims;
  let map = mapAfterPrepool("SResNet", options);
  kernelSizes.forEach((_, i) => {
    const [k, p, s] = [kernelSizes[i], paddings[i], strides[i]].map((pair) => sides(pair, axes));
    map = map.map((length, axis) =>
      Math.floor((length + 2 * p[axis] - (k[axis] - 1)) / Math.max(1, s[axis])),
    );
  });
  return map;
}
