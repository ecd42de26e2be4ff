/** Every kind of layer and neuron that a model file may name: the file in which this stands is filled with any of them. */

import { rareLayers } from "atif";
import { exchangedKinds } from "../src/exchange/kinds.js";
import { quantizedKinds } from "../src/quantization/kinds.js";

/** Reading these lists makes them known. @returns how many there are */
export function knowAllKinds(): number {
  return rareLayers().length + exchangedKinds.size + quantizedKinds.size;
}
