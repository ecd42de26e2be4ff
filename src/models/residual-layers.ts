/**
 * The layers of the residual networks, under the names of the reference templates. A block is
 *
 *   main      conv1, bn1, pool1, neuron1, conv2, bn2, neuron2
 *   shortcut  sconv, sbn, a max pooling, neuronr; or what came in, pooled
 *   add       main + shortcut
 *
 * where bn, poolings and the convolution of the shortcut are there if they are wanted. The list is in the order of the state
 * dict; it is computed branch by branch.
 */

import type { LayerSpec } from "../graph/layer-spec.js";
import { INPUT } from "../graph/layer-graph.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { windowedMap, type Pair } from "../windows.js";
import { dimension, product, sides, type Dimension } from "./dimension.js";
import type { GraphModelOptions } from "./graph-model.js";
import { neuronLayer } from "./neuron-layer.js";
import type { ResolvedSResNetOptions, ResolvedSResNetStrideOptions } from "./sresnet-options.js";

/** A convolution of a block, or the first one of the network. */
export interface Unit {
  readonly channels: number;
  readonly kernel: Pair;
  readonly padding: Pair;
  readonly stride: Pair;
  /** Max pooling before the neuron; 1: none. */
  readonly pool: Pair;
}

export interface Block {
  readonly unit: Unit;
  readonly inChannels: number;
  readonly isProjected: boolean;
}

/** What a template says of itself. */
export interface ResidualPlan {
  /** "SResNet" */
  readonly model: string;
  readonly options: ResolvedSResNetOptions | ResolvedSResNetStrideOptions;
  readonly stem: Unit;
  readonly groups: readonly (readonly Block[])[];
  /** The name of the pooling on a shortcut. */
  readonly shortcutPool: "smax" | "spool";
  /** Size of the map that the last pooling covers, per axis. */
  readonly lastMap: readonly number[];
}

/** The network as data. @throws ShapeError if nothing is left of the map on the way */
export function residualNetwork(plan: ResidualPlan): GraphModelOptions {
  const { inputShape, outputShape, timesteps, stepMode } = plan.options;
  return { inputShape, outputShape, layers: new ResidualLayers(plan).specs, timesteps, stepMode };
}

class ResidualLayers {
  readonly specs: LayerSpec[] = [];
  readonly #plan: ResidualPlan;
  readonly #dimension: Dimension;

  constructor(plan: ResidualPlan) {
    this.#plan = plan;
    const { model, options, stem, groups } = plan;
    this.#dimension = dimension(model, options.dims);
    const { inputShape, prepool } = options;
    let from = INPUT;
    if (product(prepool) > 1) from = this.#add(this.#dimension.avgPool("prepool", prepool), from);
    from = this.#unit("conv1", "bn1", "pool1", inputShape[inputShape.length - 1], stem, from);
    from = this.#neuron("neuron1", from);
    groups.forEach((blocks, g) =>
      blocks.forEach((block, b) => {
        from = this.#block(`layers.${g}.${b}.`, block, from);
      }),
    );
    this.#head(from);
  }

  #block(prefix: string, { unit, inChannels, isProjected }: Block, from: string): string {
    const again = { ...unit, stride: 1, pool: 1 };
    const main1 = this.#unit(`${prefix}conv1`, `${prefix}bn1`, `${prefix}pool1`, inChannels, unit, from);
    const spikes1 = this.#neuron(`${prefix}neuron1`, main1);
    const main2 = this.#unit(`${prefix}conv2`, `${prefix}bn2`, "", unit.channels, again, spikes1);
    const main = this.#neuron(`${prefix}neuron2`, main2);
    const shortcut = this.#shortcut(prefix, unit, isProjected, inChannels, from);
    this.specs.push({ name: `${prefix}add`, kind: "Add", inputs: [main, shortcut] });
    return `${prefix}add`;
  }

  /** In the order of the state dict: smax, sconv, neuronr, sbn. */
  #shortcut(prefix: string, unit: Unit, isProjected: boolean, inChannels: number, from: string): string {
    const { batchNorm, bnMomentum } = this.#plan.options;
    const [pool, conv, neuron, norm] = [this.#plan.shortcutPool, "sconv", "neuronr", "sbn"].map(
      (name) => prefix + name,
    );
    const isPooled = product(unit.pool) > 1;
    const projected = batchNorm ? norm : conv;
    const pooled = isProjected ? projected : from;
    if (isPooled) this.#add(this.#dimension.maxPool(pool, unit.pool), pooled);
    const last = isPooled ? pool : pooled;
    if (!isProjected) return last;
    const { channels, stride } = unit;
    const window = { kernel: 1, stride, padding: 0, channels, bias: !batchNorm };
    this.#add(this.#dimension.conv(conv, inChannels, window), from);
    this.#neuron(neuron, last);
    if (batchNorm) this.#add(this.#dimension.batchNorm(norm, channels, bnMomentum), conv);
    return neuron;
  }

  /** A convolution, its normalisation and a pooling. */
  #unit(conv: string, norm: string, pool: string, inChannels: number, unit: Unit, from: string): string {
    const { batchNorm, bnMomentum } = this.#plan.options;
    let last = this.#add(this.#dimension.conv(conv, inChannels, { ...unit, bias: !batchNorm }), from);
    if (batchNorm) last = this.#add(this.#dimension.batchNorm(norm, unit.channels, bnMomentum), last);
    return product(unit.pool) > 1 ? this.#add(this.#dimension.maxPool(pool, unit.pool), last) : last;
  }

  #head(from: string): void {
    const { options, groups, lastMap } = this.#plan;
    const channels = groups[groups.length - 1][0].unit.channels;
    const [classes] = options.outputShape;
    if (options.postpool === "sum") {
      const window = { kernel: 1, stride: 1, padding: 0, channels: classes, bias: true };
      this.#add(this.#dimension.conv("conv2", channels, window), from);
      this.#neuron("neuron2", "conv2");
      this.#add({ name: "gsp", kind: "GlobalSumPool" }, "neuron2");
      return;
    }
    const kind = { max: "maxPool", avg: "avgPool", none: null }[options.postpool] as
      "maxPool" | "avgPool" | null;
    const kernel: Pair = lastMap.length === 1 ? lastMap[0] : [lastMap[0], lastMap[1]];
    const map = kind === null ? from : this.#add(this.#dimension[kind]("postpool", kernel), from);
    this.#add({ name: "flatten", kind: "Flatten", options: { order: "memory" } }, map);
    const linear = { inFeatures: channels, outFeatures: classes, flattenedChannels: channels };
    this.#add({ name: "linear", kind: "Linear", options: linear }, "flatten");
  }

  #neuron(name: string, from: string): string {
    return this.#add(neuronLayer(name, this.#plan.options.neuron), from);
  }

  #add(spec: LayerSpec, from: string): string {
    this.specs.push({ ...spec, inputs: [from] });
    return spec.name;
  }
}

type Sized = Pick<ResolvedSResNetOptions, "inputShape" | "prepool">;
type Headed = Sized & Pick<ResidualPlan["options"], "postpool">;

/** The map that the first convolution sees, per axis. */
export function mapAfterPrepool(model: string, { inputShape, prepool }: Sized): number[] {
  const map = inputShape.slice(0, -1);
  return product(prepool) > 1 ? mapAfter(`${model}: prepool`, map, prepool, prepool, 0) : map;
}

/**
 * Size of the window of the last pooling, per axis: that of the reference, or the whole of a map that is smaller.
 *
 * @param expected the reference's window, which takes convolutions to keep the size of the map
 * @throws ShapeError if nothing is left of the map on the way, or more than one value per channel at the end
 */
export function lastMapOf(
  model: string,
  options: Headed,
  stem: Unit,
  groups: readonly (readonly Block[])[],
  expected: readonly number[],
): number[] {
  let map = mapAfterUnit(`${model}: conv1`, mapAfterPrepool(model, options), stem);
  groups.forEach((blocks, g) =>
    blocks.forEach(({ unit }, b) => {
      const name = `${model}: layers.${g}.${b}`;
      map = mapAfterUnit(`${name}.conv1`, map, unit);
      map = mapAfterUnit(`${name}.conv2`, map, { ...unit, stride: 1, pool: 1 });
    }),
  );
  const window = map.map((length, axis) => Math.min(length, Math.max(1, expected[axis])));
  checkHead(model, options.postpool, map, window);
  return window;
}

function checkHead(
  model: string,
  postpool: Headed["postpool"],
  map: readonly number[],
  window: readonly number[],
): void {
  const left = postpool === "none" ? map : map.map((length, axis) => Math.floor(length / window[axis]));
  if (postpool === "sum" || left.every((length) => length === 1)) return;
  const advice =
    postpool === "none"
      ? 'Use "max" or "avg", or more pooling.'
      : `Its window is ${formatShape(window)}, as the reference counts it; use an input whose lengths all strides divide.`;
  throw new ShapeError(
    `${model}: postpool "${postpool}" leaves a map of ${formatShape(left)}; expected one value per channel. ${advice}`,
  );
}

function mapAfterUnit(
  name: string,
  map: readonly number[],
  { kernel, stride, padding, pool }: Unit,
): number[] {
  const convolved = mapAfter(name, map, kernel, stride, padding);
  return product(pool) > 1 ? mapAfter(`${name}, pooled,`, convolved, pool, pool, 0) : convolved;
}

/** What is left of a map, per axis. @throws ShapeError if nothing is */
function mapAfter(
  where: string,
  map: readonly number[],
  kernel: Pair,
  stride: Pair,
  padding: Pair,
): number[] {
  const axes = map.length;
  const window = { kernel: sides(kernel, axes), stride: sides(stride, axes), padding: sides(padding, axes) };
  return windowedMap(where, map, window);
}
