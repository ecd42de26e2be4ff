/**
 * A trained network in float32 numbers, computed in float64, with bounds of what rounding may do. It says where a spike hangs on
 * rounding: there the library and exported C may decide differently, and both are right.
 */

import { sizeOf } from "../../shapes.js";
import { byInput, type Windows } from "../outline.js";
import type {
  FloatAdd,
  FloatLayer,
  FloatNeuron,
  FloatPool,
  FloatProgram,
  FloatScale,
  FloatSum,
  FloatSumPool,
  FloatTurn,
} from "./float-layer.js";
import {
  certain,
  fractionalBits,
  isExact,
  isFloat32,
  roundings,
  type UncertainMap,
} from "./uncertain-map.js";

/** A potential that lies within rounding of its threshold. */
export interface Tie {
  /** Of the program, from 0. */
  readonly layer: number;
  /** In the map, channels last. */
  readonly index: number;
}

const UNIT = 2 ** -24;

export class FloatModel {
  readonly program: FloatProgram;
  /** By place. */
  #maps: UncertainMap[] = [];
  /** Of neurons, by place. */
  readonly #potentials = new Map<number, UncertainMap>();
  /** Of weighted sums: weights [KH, KW, C / groups, F], and the fractional bits of all its numbers. */
  readonly #sums = new Map<FloatLayer, { readonly turned: Float32Array; readonly bits: number }>();
  #ties: Tie[] = [];

  constructor(program: FloatProgram) {
    this.program = program;
    for (const layer of program.layers) {
      if (layer.kind !== "weightedSum") continue;
      const bits = Math.max(fractionalBits(layer.weights), fractionalBits(layer.bias ?? []));
      this.#sums.set(layer, { turned: byInput(layer.weights, layer.output[2]), bits });
    }
    this.reset();
  }

  /** Sets all potentials to where they begin. */
  reset(): void {
    this.program.layers.forEach((layer, i) => {
      if (layer.kind !== "neuron") return;
      this.#potentials.set(i, certain(new Float32Array(sizeOf(layer.shape)).fill(layer.initial)));
    });
  }

  /**
   * One time step.
   *
   * @param x float32 numbers, channels last
   * @param spikes what neurons gave, by layer, 0 or not: taken in the place of what it decides itself
   */
  step(x: ArrayLike<number>, spikes?: ReadonlyMap<number, ArrayLike<number>>): void {
    const { layers } = this.program;
    this.#ties = [];
    this.#maps = [certain(x)];
    layers.forEach((layer, i) => {
      const inputs = layer.inputs.map((place) => this.#maps[place]);
      this.#maps.push(this.#run(layer, i, inputs, spikes?.get(i)));
    });
  }

  /** What a layer gave in the last step. */
  map(layer: number): UncertainMap {
    return this.#maps[layer + 1];
  }

  /** Of the last step, in the order of the layers. */
  get ties(): readonly Tie[] {
    return this.#ties;
  }

  #run(
    layer: FloatLayer,
    i: number,
    inputs: readonly UncertainMap[],
    given: ArrayLike<number> | undefined,
  ): UncertainMap {
    const [x] = inputs;
    switch (layer.kind) {
      case "weightedSum":
        return this.#weightedSum(layer, x);
      case "channelScale":
        return channelScale(layer, x);
      case "maxPool":
      case "averagePool":
        return windowPool(layer, x);
      case "sumPool":
        return sumPool(layer, x);
      case "add":
        return add(layer, inputs);
      case "channelsFirst":
        return turned(layer, x);
      case "view":
        return x;
      case "neuron": {
        const { y, ties } = fire(layer, x, this.#potentials.get(i) ?? certain(x.values), given);
        for (const index of ties) this.#ties.push({ layer: i, index });
        return y;
      }
    }
  }

  #weightedSum(layer: FloatSum, x: UncertainMap): UncertainMap {
    const { input, output, groups, bias } = layer;
    const { turned: weights, bits } = this.#sums.get(layer) ?? {
      turned: byInput(layer.weights, output[2]),
      bits: Infinity,
    };
    const [C, F] = [input[2], output[2]];
    const [inGroup, outGroup] = [C / groups, F / groups];
    const y = certain(new Float64Array(sizeOf(output)));
    const [sizes, counts] = [new Float64Array(F), new Int32Array(F)];
    const exactBits = bits === Infinity ? Infinity : bits + fractionalBits(x.values);
    eachWindow(layer, (at, place, tap) => {
      for (let c = 0; c < C; c++) {
        const [value, error] = [x.values[place * C + c], x.errors[place * C + c]];
        if (value === 0 && error === 0) continue;
        const first = Math.floor(c / inGroup) * outGroup;
        const row = (tap * inGroup + (c % inGroup)) * F;
        for (let f = first; f < first + outGroup; f++) {
          const w = weights[row + f];
          y.values[at * F + f] += w * value;
          y.errors[at * F + f] += Math.abs(w) * error;
          sizes[f] += Math.abs(w * value);
          counts[f]++;
        }
      }
    }, (at) => {
      for (let f = 0; f < F; f++) {
        const b = bias === null ? 0 : bias[f];
        const size = sizes[f] + Math.abs(b);
        y.values[at * F + f] += b;
        // A bias alone is not rounded.
        if (counts[f] > 0 && !isExact(exactBits, size)) y.errors[at * F + f] += roundings(counts[f] + 1, size);
      }
      sizes.fill(0);
      counts.fill(0);
    }); // prettier-ignore
    return y;
  }
}

/** Calls with the place of an output, that of an input in its window, and that of its weight; and after each window. */
function eachWindow(
  { input, output, kernel, stride, padding }: Windows,
  see: (at: number, place: number, tap: number) => void,
  end: (at: number) => void,
): void {
  const [H, W] = input;
  const [OH, OW] = output;
  for (let oy = 0; oy < OH; oy++) {
    for (let ox = 0; ox < OW; ox++) {
      for (let ky = 0; ky < kernel[0]; ky++) {
        const iy = oy * stride[0] + ky - padding[0];
        if (iy < 0 || iy >= H) continue;
        for (let kx = 0; kx < kernel[1]; kx++) {
          const ix = ox * stride[1] + kx - padding[1];
          if (ix >= 0 && ix < W) see(oy * OW + ox, iy * W + ix, ky * kernel[1] + kx);
        }
      }
      end(oy * OW + ox);
    }
  }
}

function channelScale({ weights, bias }: FloatScale, x: UncertainMap): UncertainMap {
  const C = weights.length;
  const y = certain(x.values);
  for (let i = 0; i < x.values.length; i++) {
    const [w, b] = [weights[i % C], bias[i % C]];
    const product = w * x.values[i];
    y.values[i] = product + b;
    y.errors[i] = Math.abs(w) * x.errors[i];
    // The library may take mean and deviation one after the other.
    y.errors[i] +=
      isFloat32(product) && w === 1 && b === 0 ? 0 : roundings(2, Math.abs(product) + Math.abs(b));
  }
  return y;
}

function windowPool(layer: FloatPool, x: UncertainMap): UncertainMap {
  const { kind, input, output, kernel } = layer;
  const C = input[2];
  const count = kernel[0] * kernel[1];
  const y = certain(new Float64Array(sizeOf(output)));
  const isMax = kind === "maxPool";
  if (isMax) y.values.fill(-Infinity);
  const sizes = new Float64Array(C);
  const bits = isMax ? 0 : fractionalBits(x.values);
  eachWindow(layer, (at, place) => {
    for (let c = 0; c < C; c++) {
      const [value, error] = [x.values[place * C + c], x.errors[place * C + c]];
      const to = at * C + c;
      y.values[to] = isMax ? Math.max(y.values[to], value) : y.values[to] + value / count;
      y.errors[to] = isMax ? Math.max(y.errors[to], error) : y.errors[to] + error / count;
      sizes[c] += Math.abs(value);
    }
  }, (at) => {
    for (let c = 0; c < C && !isMax; c++) {
      // One of a power of two is a shift.
      const isSharp = Number.isInteger(Math.log2(count)) && isExact(bits, sizes[c]);
      if (!isSharp) y.errors[at * C + c] += roundings(count, sizes[c] / count);
    }
    sizes.fill(0);
  }); // prettier-ignore
  return y;
}

function sumPool({ count }: FloatSumPool, x: UncertainMap): UncertainMap {
  const C = x.values.length / count;
  const y = certain(new Float64Array(C));
  const bits = fractionalBits(x.values);
  for (let c = 0; c < C; c++) {
    let size = 0;
    for (let i = c; i < x.values.length; i += C) {
      y.values[c] += x.values[i];
      y.errors[c] += x.errors[i];
      size += Math.abs(x.values[i]);
    }
    if (!isExact(bits, size)) y.errors[c] += roundings(count, size);
  }
  return y;
}

function add(_: FloatAdd, inputs: readonly UncertainMap[]): UncertainMap {
  const y = certain(inputs[0].values);
  y.errors.set(inputs[0].errors);
  for (const { values, errors } of inputs.slice(1)) {
    for (let i = 0; i < values.length; i++) {
      y.values[i] += values[i];
      y.errors[i] += errors[i] + (isFloat32(y.values[i]) ? 0 : Math.abs(y.values[i]));
    }
  }
  return y;
}

function turned({ from }: FloatTurn, x: UncertainMap): UncertainMap {
  const C = from[from.length - 1];
  const places = x.values.length / C;
  const y = certain(x.values);
  for (let place = 0; place < places; place++) {
    for (let c = 0; c < C; c++) {
      y.values[c * places + place] = x.values[place * C + c];
      y.errors[c * places + place] = x.errors[place * C + c];
    }
  }
  return y;
}

/** @param v is changed */
function fire(
  layer: FloatNeuron,
  x: UncertainMap,
  v: UncertainMap,
  given: ArrayLike<number> | undefined,
): { readonly y: UncertainMap; readonly ties: readonly number[] } {
  const { threshold, reset, spike } = layer;
  const y = certain(new Float64Array(x.values.length));
  const ties: number[] = [];
  for (let i = 0; i < x.values.length; i++) {
    const { u, error } = charge(layer, v.values[i], v.errors[i], x.values[i], x.errors[i]);
    if (error > 0 && Math.abs(u - threshold) <= error * UNIT) ties.push(i);
    const fires = given === undefined ? u >= threshold : given[i] !== 0;
    y.values[i] = fires ? spike : 0;
    const hard = fires && reset !== null;
    const after = fires ? (reset ?? u - threshold) : u;
    v.values[i] = after;
    v.errors[i] = hard ? 0 : error + (fires && !isFloat32(after) ? Math.abs(after) : 0);
  }
  return { y, ties };
}

/** u, and its error in units of 2^-24. */
function charge(
  { reset, leak, decay, decaysInput }: FloatNeuron,
  v: number,
  vError: number,
  x: number,
  xError: number,
): { readonly u: number; readonly error: number } {
  const rounded = (...values: readonly number[]): number =>
    values.reduce((sum, value) => sum + (isFloat32(value) ? 0 : Math.abs(value)), 0);
  if (leak === null) return { u: v + x, error: vError + xError + rounded(v + x) };
  const r = reset ?? 0;
  const gap = decaysInput ? x - (v - r) : v - r;
  const part = gap * leak;
  // Dividing by tau is not quite multiplying by 1 / tau.
  const ofLeak = Number.isInteger(Math.log2(leak)) ? 0 : Math.abs(part);
  if (decaysInput) {
    const u = v + part;
    const error = decay * vError + leak * xError + ofLeak + leak * rounded(v - r, gap) + rounded(part, u);
    return { u, error };
  }
  const kept = r === 0 ? v * decay : v - part;
  const u = kept + x;
  const own = rounded(kept, u) + ofLeak + (r === 0 ? 0 : leak * rounded(gap) + rounded(part));
  return { u, error: decay * vError + xError + own };
}
