/**
 * A slow twin: graphs of NIR computed in float64, after the text of NIR, one sample at a time. Written beside the library's
 * layers and without them: shapes and arrays as files have them, channels first.
 */

import type { AnyNirNode, NirArray, NirGraph, NirFields } from "../../../src/exchange/nir/nir-graph.js";

type Values = { readonly shape: readonly number[]; readonly data: readonly number[] };

const size = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Outputs at each step, for inputs at each step. Edges into a node that comes earlier in `nodes` carry the step before. */
export function simulate(graph: NirGraph, xs: readonly (readonly number[])[], dt: number): number[][] {
  const names = [...graph.nodes.keys()];
  const states = new Map<string, number[][]>();
  let before = new Map<string, Values>();
  return xs.map((x) => {
    const now = new Map<string, Values>();
    for (const name of names) {
      const node = graph.nodes.get(name) as AnyNirNode;
      if (node.type === "Input") {
        now.set(name, { shape: node.fields.shape ?? [], data: x });
        continue;
      }
      const read = graph.edges.flatMap(([from, to]) =>
        to === name ? [now.get(from) ?? before.get(from)] : [],
      );
      const present = read.flatMap((value) => value ?? []);
      const data = present[0].data.map((_, i) => present.reduce((sum, value) => sum + value.data[i], 0));
      now.set(name, step(node, { shape: present[0].shape, data }, statesOf(states, name), dt));
    }
    before = now;
    return [...(now.get(names[names.length - 1]) as Values).data];
  });
}

function statesOf(states: Map<string, number[][]>, name: string): number[][] {
  const held = states.get(name) ?? [[], []];
  states.set(name, held);
  return held;
}

const at = (array: NirArray, i: number): number => array.values[array.values.length === 1 ? 0 : i];

function step(node: AnyNirNode, { shape, data }: Values, [v, current]: number[][], dt: number): Values {
  const each = (change: (x: number, i: number) => number): Values => ({ shape, data: data.map(change) });
  switch (node.type) {
    case "Conv1d":
    case "Conv2d":
      return convolved(node.fields, shape, data);
    case "Linear":
    case "Affine": {
      const { weight } = node.fields;
      const [out, features] = weight.shape;
      const rows = Array.from({ length: out }, (_, o) => {
        const bias = node.type === "Affine" ? node.fields.bias.values[o] : 0;
        return data.reduce((sum, x, i) => sum + x * weight.values[o * features + i], bias);
      });
      return { shape: [out], data: rows };
    }
    case "Threshold": {
      const { threshold } = node.fields;
      return each((x, i) => (x > at(threshold, i) ? 1 : 0));
    }
    case "Scale": {
      const { scale } = node.fields;
      return each((x, i) => x * at(scale, i));
    }
    case "I": {
      const { r } = node.fields;
      return each((x, i) => (v[i] = (v[i] ?? 0) + dt * at(r, i) * x));
    }
    case "CubaLI": {
      const { tau_syn, tau_mem, r, v_leak, w_in } = node.fields;
      return each((x, i) => {
        const weight = w_in === null ? 1 : at(w_in, i);
        const was = current[i] ?? 0;
        current[i] = was + (dt / at(tau_syn, i)) * (weight * x - was);
        const u = v[i] ?? 0;
        return (v[i] = u + (dt / at(tau_mem, i)) * (at(v_leak, i) - u + at(r, i) * current[i]));
      });
    }
    case "IF": {
      const { r, v_threshold, v_reset } = node.fields;
      return each((x, i) => {
        const u = (v[i] ?? 0) + dt * at(r, i) * x;
        const fires = u > at(v_threshold, i);
        v[i] = fires ? (v_reset === null ? 0 : at(v_reset, i)) : u;
        return fires ? 1 : 0;
      });
    }
    case "Output":
      return { shape, data };
    case "AvgPool2d":
    case "CubaLIF":
    case "Delay":
    case "Flatten":
    case "Input":
    case "LI":
    case "LIF":
    case "SumPool2d":
      throw new Error(`${node.type} is not simulated here`);
  }
}

function convolved(
  { weight, bias, stride, dilation, padding, groups }: NirFields["Conv2d"],
  shape: readonly number[],
  data: readonly number[],
): Values {
  const isFlat = weight.shape.length === 3;
  const [O, I, KH, KW] = isFlat ? [weight.shape[0], weight.shape[1], 1, weight.shape[2]] : weight.shape;
  const [H, W] = isFlat ? [1, shape[1]] : shape.slice(1);
  const [SH, SW] = isFlat ? [1, stride[0]] : stride;
  const [DH, DW] = isFlat ? [1, dilation[0]] : dilation;
  const before = (kernel: number, step: number, axis: number): [number, number] => {
    if (padding === "valid" || (isFlat && axis === 0)) return [0, 0];
    if (padding !== "same") return [padding[isFlat ? 0 : axis], padding[isFlat ? 0 : axis]];
    const total = step * (kernel - 1);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  };
  const [[top, bottom], [left, right]] = [before(KH, DH, 0), before(KW, DW, 1)];
  const OH = Math.floor((H + top + bottom - DH * (KH - 1) - 1) / SH) + 1;
  const OW = Math.floor((W + left + right - DW * (KW - 1) - 1) / SW) + 1;
  const out = new Array<number>(O * OH * OW).fill(0);
  for (let o = 0; o < O; o++)
    for (let y = 0; y < OH; y++)
      for (let x = 0; x < OW; x++) {
        let sum = bias.values[o];
        for (let i = 0; i < I; i++)
          for (let ky = 0; ky < KH; ky++)
            for (let kx = 0; kx < KW; kx++) {
              const [h, w] = [y * SH - top + ky * DH, x * SW - left + kx * DW];
              if (h < 0 || h >= H || w < 0 || w >= W) continue;
              const channel = Math.floor(o / (O / groups)) * I + i;
              sum += data[(channel * H + h) * W + w] * weight.values[((o * I + i) * KH + ky) * KW + kx];
            }
        out[(o * OH + y) * OW + x] = sum;
      }
  const result = isFlat ? [O, OW] : [O, OH, OW];
  if (size(result) !== out.length) throw new Error("the shape is wrong");
  return { shape: result, data: out };
}
