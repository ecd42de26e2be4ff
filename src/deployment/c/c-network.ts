/** A network as the C is written from it: what its layers compute, and how a family of numbers is written. */

import type { Shape } from "../../shapes.js";
import type { LayerPlace, PoolOutline, SumOutline, SumPoolOutline, TurnOutline } from "../outline.js";

/** A layer of whole numbers or of float32 numbers: what the two have in common. */
export type CLayer =
  | (LayerPlace & SumOutline)
  | (LayerPlace & PoolOutline)
  | (LayerPlace & SumPoolOutline)
  | (LayerPlace & TurnOutline)
  | (LayerPlace & { readonly kind: "channelScale" | "add" | "view" })
  | CNeuron;

export interface CNeuron extends LayerPlace {
  readonly kind: "neuron";
  readonly threshold: number;
  /** What a spike stands for, and what the potential is before the first step. */
  readonly spike: number;
  readonly initial: number;
}

export interface CNetwork {
  /** Channels last. */
  readonly inputShape: Shape;
  readonly layers: readonly CLayer[];
  /** How each is written. */
  readonly numbers: readonly LayerNumbers[];
  readonly family: NumberFamily;
}

/** How the C holds a map between layers: numbers, or spikes as 0 and 1 that all stand for one number. */
export interface CMap {
  readonly size: number;
  /** What 1 stands for; null where the map holds the numbers themselves. */
  readonly spike: number | null;
}

/** Constants of an array. */
export interface Constants {
  readonly type: string;
  /** Bytes of one. */
  readonly bytes: number;
  readonly values: readonly string[];
}

/** How the numbers of a layer are written: types, constants, and what comes of sums. */
export interface LayerNumbers {
  /** Of sums. */
  readonly type: string;
  readonly zero: string;
  /** What no number of a map is below. */
  readonly lowest: string;
  /** What a spike of that height stands for behind this layer. */
  readonly passes: (spike: number) => number;
  /** A number of a map, or a weight, as one of `type`. */
  readonly cast: (value: string) => string;
  readonly weight: (value: string) => string;
  /** What a number is multiplied with in a scale per channel. */
  readonly scale: (value: string) => string;
  /** Element i of a map as a number of `type`. */
  readonly element: (map: CMap, array: string, i: string) => string;
  /** Whether one sum is larger than another. */
  readonly larger: (a: string, b: string) => string;
  /** Of weighted sums, [KH, KW, C / groups, F], and of scales, [C]; null where there are none. */
  readonly weights: Constants | null;
  /** What is added to their sums; null for nothing. */
  readonly start: Constants | null;
  /** What is stored of a sum. @param factor of the spikes whose weights were added */
  readonly finish: (sum: string, start: string | null, factor: number) => string;
  /** What is stored of the largest of a window, of the sum of one, of a sum over places, of a sum of inputs. */
  readonly largest: (total: string) => string;
  readonly mean: (total: string) => string;
  readonly total: (total: string) => string;
  readonly sum: (parts: readonly string[]) => string;
  /** Of neurons. */
  readonly neuron: NeuronText | null;
}

export interface NeuronText {
  /** What v[i] and the input are taken as. */
  readonly before: string;
  readonly input: (element: string) => string;
  /** u, of `before` and `input`. */
  readonly charge: string;
  readonly fires: string;
  /** What is stored of u where it fires, and where it does not. */
  readonly after: string;
  readonly kept: string;
  readonly initial: string;
}

/** A function that layers may call. */
export interface Helper {
  readonly name: string;
  readonly text: string;
}

/** What a network's numbers are. */
export interface NumberFamily {
  /** "int8_t", and its bytes. */
  readonly number: string;
  readonly bytes: number;
  /** Of sums over time steps, and of what a trace tells. */
  readonly sum: string;
  /** "whole numbers of 8 bits" */
  readonly title: string;
  /** "No floating point is used." */
  readonly promise: string;
  readonly literal: (value: number) => string;
  /** What the header says of its input and its output, after their sizes. */
  readonly input: readonly string[];
  readonly output: string;
  /** Lines of the header besides. */
  readonly macros: (NAME: string) => readonly string[];
  /** Functions that layers may call. */
  readonly helpers: (name: string) => readonly Helper[];
  /** Options of a compiler that it cannot do without, and why. */
  readonly flags: { readonly option: string; readonly why: string } | null;
}
