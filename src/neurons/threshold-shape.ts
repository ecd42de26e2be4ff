/** Whether a layer has one threshold, or each of its channels one; and what the latter needs, which a page may do without. */

import { StateError } from "../errors.js";
import type { Shape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import type { Unrolled } from "./unrolled.js";

export interface ThresholdShape {
  /** 'layer' (default): one threshold for all neurons. 'channel': one for each channel, which is the last axis of x. */
  thresholdShape?: "layer" | "channel";
  /** Of 'channel': how many. A network knows; a neuron that is made by itself has to be told. */
  channels?: number;
}

export interface AtifSettings {
  readonly alpha: number;
  /** true: outputs theta z (ATIF). false: outputs z (IFSRL). */
  readonly scaled: boolean;
  /** true: no gradient through z in (3). The thresholds then stop growing with T. */
  readonly detachReset: boolean;
}

/** As atifUnroll, of atif-unroll.ts. */
export type AtifUnroll = (
  x: Tensor,
  v0: Tensor | null,
  theta: Tensor,
  settings: AtifSettings,
  vSeq: Tensor | null,
  still: number | null,
) => Unrolled;

/** What thresholds of channels need. */
export interface ChannelThresholds {
  /** The channels of a sample. @throws ShapeError unless there are as many as the settings say */
  readonly of: (settings: ThresholdShape, sample: Shape, where: string) => Pick<ThresholdShape, "channels">;
  /** @throws ShapeError unless x, channels last, has one for each threshold; TypeError where nobody said how many there are */
  readonly check: (where: string, thresholds: number | undefined, x?: Shape) => void;
  /** All T steps of thresholds [C]. */
  readonly unroll: AtifUnroll;
}

let installed: ChannelThresholds | undefined;

export function installChannelThresholds(channels: ChannelThresholds): void {
  installed = channels;
}

/** @throws StateError where a bundler left them out */
export function channelThresholds(): ChannelThresholds {
  if (installed !== undefined) return installed;
  throw new StateError('thresholdShape is "channel"; call rareLayers() of atif first.');
}

/** What follows from the samples that a neuron is for. @throws as ChannelThresholds.of */
export const channelsFor: ChannelThresholds["of"] = (settings, sample, where) =>
  settings.thresholdShape === "channel" ? channelThresholds().of(settings, sample, where) : {};
