/** What the names and shapes of a state dict say of an SResNet or an SResNetStride, which have the same names. */

import type { MissingFact } from "./missing-facts.js";
import {
  mapFact,
  timestepsFact,
  type FoundTemplate,
  type Names,
  type TemplateParams,
} from "./names-in-file.js";

interface Block {
  /** Of the list of groups, the first group 0. */
  readonly group: number;
  readonly isFirst: boolean;
  readonly inChannels: number;
  readonly outChannels: number;
  readonly isProjected: boolean;
}

export function residualTemplate(names: Names): FoundTemplate {
  const stem = names.convolution("conv1");
  const groups = names.count((g) => `layers.${g}.0.conv1.weight`, 0);
  const firsts = Array.from({ length: groups }, (_, g) => names.convolution(`layers.${g}.0.conv1`));
  const numBlocks = firsts.map((_, g) => names.count((b) => `layers.${g}.${b}.conv1.weight`, 0));
  const blocks = numBlocks.flatMap((count, group) =>
    Array.from({ length: count }, (_, b): Block => {
      const { perGroup, out } = names.convolution(`layers.${group}.${b}.conv1`);
      const isProjected = names.has(`layers.${group}.${b}.sconv.weight`);
      return { group, isFirst: b === 0, inChannels: perGroup, outChannels: out, isProjected };
    }),
  );
  const filters = [stem, ...firsts].map(({ out }) => out);
  const isSum = !names.has("linear.weight") && names.has("conv2.weight");
  const classes = isSum
    ? names.convolution("conv2").out
    : names.has("linear.weight")
      ? names.linear("linear").outFeatures
      : 1;
  const neuron = names.neuron;
  const per = `a list of ${groups + 1}, for the first convolution and for each group, or one number for all`;
  const kind: MissingFact = {
    option: "kind",
    expects:
      '"SResNet", whose blocks shrink the map by max pooling, or "SResNetStride", whose convolutions have strides, with poolSizes',
  };
  const postpool: MissingFact = {
    option: "postpool",
    expects: 'what becomes of the last map: "max", "avg" or "none"',
  };
  return {
    kind: isSum ? "SResNetStride" : null,
    words: `a residual network of Qualia: filters ${filters.join(", ")}; blocks ${numBlocks.join(", ")}; ${classes} classes`,
    params: {
      filters,
      kernel_sizes: [stem, ...firsts].map(({ kernel }) => kernel),
      num_blocks: numBlocks,
      output_shape: [classes],
      batch_norm: names.has("bn1.weight"),
      dims: stem.dims,
      ...(isSum ? { postpool: "sum" } : {}),
      ...neuron.params,
    },
    open: [
      ...(isSum ? [] : [kind]),
      mapFact(stem.dims, stem.perGroup),
      timestepsFact,
      { option: "strides", expects: `whole numbers of at least 1, ${per}` },
      { option: "paddings", expects: `whole numbers of at least 0, ${per}` },
      ...(isSum ? [{ option: "poolSizes", expects: `max poolings, 1: none, ${per}` }] : [postpool]),
      ...neuron.open,
    ],
    stages: groups + 1,
    silent: ["prepool"],
    complete: (given) => ({ ...forced(given, blocks), ...given }),
  };
}

/** Whether blocks that shrink the map are projected where their channels stay: as the file has it. */
function forced(params: TemplateParams, blocks: readonly Block[]): TemplateParams {
  const same = blocks.filter(({ inChannels, outChannels }) => inChannels === outChannels);
  const isStrided = params.pool_sizes !== undefined;
  const key = isStrided ? "force_projection_with_pooling" : "force_projection_with_stride";
  const sizes = isStrided ? params.pool_sizes : params.strides;
  // In an SResNet, only the first block of a group shrinks the map; with strides, every one pools.
  const shrinks = ({ group, isFirst }: Block): boolean =>
    (isStrided || isFirst) && isLarger(Array.isArray(sizes) ? (sizes[group + 1] as unknown) : sizes);
  const isStride = ({ group, isFirst }: Block): boolean =>
    isStrided &&
    isFirst &&
    isLarger(Array.isArray(params.strides) ? (params.strides[group + 1] as unknown) : params.strides);
  const told = same.filter((block) => shrinks(block) && !isStride(block));
  return told.length === 0 ? {} : { [key]: told.some(({ isProjected }) => isProjected) };
}

/** Whether a window is more than one element. */
function isLarger(window: unknown): boolean {
  const sides: readonly unknown[] = Array.isArray(window) ? window : [window];
  return sides.some((side) => typeof side === "number" && side > 1);
}
