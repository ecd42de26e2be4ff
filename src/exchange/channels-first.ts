/**
 * Other tools put channels first: [N, C, H, W]. A map that is flattened there lies in another order than here, where channels
 * are last; this says for every layer where that must be mended, and finds that it mostly need not.
 */

import type { FlattenSpec } from "../layers/flatten.js";
import type { LinearSpec } from "../layers/linear.js";
import type { PlainOptions } from "../layers/table.js";
import { sizeOf, type Shape } from "../shapes.js";

/** What is asked of a layer. */
interface ReadingLayer {
  readonly kind: string;
  readonly options: PlainOptions;
  /** Places: 0 is the network's input, i the output of the i-th layer. */
  readonly inputs: readonly number[];
  readonly inputShapes: readonly Shape[];
}

/** [H, W, C] as [C, H, W]. */
export function channelsFirst(shape: Shape): Shape {
  return [...shape.slice(-1), ...shape.slice(0, -1)];
}

/** An axis of a sample, channels last, among those of a batch with channels first. @param axis from 0, or from the end */
export function axisOfBatch(axis: number, axes: number): number {
  const place = axis < 0 ? axis + axes : axis;
  return place === axes - 1 ? 1 : place + 2;
}

/** What must be done to features so that they are in the order that a layer means. */
export interface FeatureOrder {
  /** Flatten: channels are to be moved last before. */
  readonly channelsLast: boolean;
  /** Linear: [positions, channels] of the features, to be exchanged before; null: they are as its weights want them. */
  readonly exchanged: readonly [number, number] | null;
}

const AS_IT_IS: FeatureOrder = { channelsLast: false, exchanged: null };

/**
 * By layer. A Flatten in memory order whose features go to nothing but linear layers that know of the channels, as those of
 * an SCNN do, is that of PyTorch, whose weights the state dict has.
 *
 * @param isElementwise whether layers of a kind leave the order of features as it is
 */
export function featureOrders(
  layers: readonly ReadingLayer[],
  isElementwise: (kind: string) => boolean,
): FeatureOrder[] {
  const last = layers.length;
  /** Whether all that read a place, the network's output included, want channels first with so many channels. */
  const wantsChannelsFirst = (place: number, channels: number): boolean => {
    const readers = layers.flatMap((layer, i) => (layer.inputs.includes(place) ? [i] : []));
    return (
      place !== last &&
      readers.every((i) => {
        const { kind, options } = layers[i];
        if (kind === "Linear") return (options as unknown as LinearSpec).flattenedChannels === channels;
        return isElementwise(kind) && wantsChannelsFirst(i + 1, channels);
      })
    );
  };
  /** Places whose features are PyTorch's, channels first, where here they are in memory order. */
  const foreign = new Set<number>();
  return layers.map(({ kind, options, inputs, inputShapes: [shape] }, i) => {
    if (kind === "Flatten") {
      const channels = shape[shape.length - 1];
      const isOneOrder = channels === 1 || sizeOf(shape) === channels;
      if ((options as unknown as FlattenSpec).order === "channelsFirst" || isOneOrder) return AS_IT_IS;
      if (!wantsChannelsFirst(i + 1, channels)) return { channelsLast: true, exchanged: null };
      foreign.add(i + 1);
      return AS_IT_IS;
    }
    if (kind === "Linear") {
      const { inFeatures, flattenedChannels: channels } = options as unknown as LinearSpec;
      const isOneOrder = channels === 1 || inFeatures === channels;
      if (isOneOrder || foreign.has(inputs[0])) return AS_IT_IS;
      return { channelsLast: false, exchanged: [inFeatures / channels, channels] };
    }
    if (isElementwise(kind) && foreign.has(inputs[0])) foreign.add(i + 1);
    return AS_IT_IS;
  });
}
