/** SResNetStride: a spiking residual network whose convolutions have strides; poolings may come on top. */

import type { Architecture } from "./architecture.js";
import { product, sides } from "./dimension.js";
import { GraphModel, type GraphModelOptions } from "./graph-model.js";
import { lastMapOf, mapAfterPrepool, residualNetwork, type Block, type Unit } from "./residual-layers.js";
import {
  resolveSResNetStrideOptions,
  type ResolvedSResNetStrideOptions,
  type SResNetStrideOptions,
} from "./sresnet-options.js";

export class SResNetStride extends GraphModel {
  readonly #options: ResolvedSResNetStrideOptions;

  /** @throws TypeError, RangeError for options that make no network; ShapeError where branches do not meet or the map vanishes */
  constructor(options: SResNetStrideOptions) {
    const resolved = resolveSResNetStrideOptions(options);
    super(sresnetStrideNetwork(resolved), "SResNetStride");
    this.#options = resolved;
  }

  override get architecture(): Architecture {
    return this.templateArchitecture("SResNetStride", this.#options);
  }
}

/** The network as data. @throws ShapeError if nothing is left of the map on the way */
export function sresnetStrideNetwork(options: ResolvedSResNetStrideOptions): GraphModelOptions {
  const { filters, kernelSizes, paddings, strides, poolSizes, numBlocks } = options;
  const { forceProjectionWithPooling: force } = options;
  const [stem, ...units] = filters.map((channels, i): Unit => ({
    channels,
    kernel: kernelSizes[i],
    padding: paddings[i],
    stride: strides[i],
    pool: poolSizes[i],
  }));
  const groups = units.map((unit, g) =>
    Array.from({ length: numBlocks[g] }, (_, b): Block => {
      const inChannels = b === 0 ? filters[g] : unit.channels;
      // The stride is the first block's alone; every block pools.
      const own = b === 0 ? unit : { ...unit, stride: 1 };
      const isResized = (force && product(own.pool) > 1) || product(own.stride) > 1;
      return { unit: own, inChannels, isProjected: inChannels !== unit.channels || isResized };
    }),
  );
  const lastMap = lastMapOf("SResNetStride", options, stem, groups, expectedMap(options));
  return residualNetwork({ model: "SResNetStride", options, stem, groups, shortcutPool: "spool", lastMap });
}

/** The map that the last pooling of the reference covers: it counts each group's pooling once, and before its stride. */
function expectedMap(options: ResolvedSResNetStrideOptions): number[] {
  const { kernelSizes, paddings, strides, poolSizes } = options;
  const axes = options.dims;
  let map = mapAfterPrepool("SResNetStride", options);
  kernelSizes.forEach((_, i) => {
    const [k, p, s, pool] = [kernelSizes[i], paddings[i], strides[i], poolSizes[i]].map((pair) =>
      sides(pair, axes),
    );
    map = map.map((length, axis) => {
      const pooled = Math.floor((length + 2 * p[axis] - (k[axis] - 1)) / Math.max(1, pool[axis]));
      return Math.ceil(pooled / s[axis]);
    });
  });
  return map;
}
