/** Runs graphs of ONNX, plainly, from the description of the operators: what exported networks are held to. Sums are float64. */

import { sizeOf } from "../../src/shapes.js";
import type { OnnxFile, OnnxNode, OnnxTensor } from "./onnx-reader.js";

type Operator = (inputs: readonly OnnxTensor[], node: OnnxNode) => OnnxTensor;

/** @param feed tensors by the names of inputs @returns those of the outputs; every name is given once, and read after that */
export function runOnnx(
  file: OnnxFile,
  feed: Readonly<Record<string, OnnxTensor>>,
): Record<string, OnnxTensor> {
  const values = new Map(file.initializers);
  for (const { name, shape } of file.inputs) {
    const given = feed[name];
    const fits =
      given?.shape.length === shape.length &&
      shape.every((length, axis) => typeof length === "string" || length === given.shape[axis]);
    if (!fits) throw new Error(`${name} is ${given?.shape.join(" ")}; expected ${shape.join(" ")}`);
    values.set(name, given);
  }
  for (const node of file.nodes) {
    const inputs = node.inputs.map((name) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${node.name} reads ${name}, which is not there yet`);
      return value;
    });
    const [output] = node.outputs;
    if (values.has(output)) throw new Error(`${output} is given twice`);
    const operator = operators[node.op];
    if (operator === undefined) throw new Error(`there is no operator ${node.op}`);
    values.set(output, operator(inputs, node));
  }
  return Object.fromEntries(
    file.outputs.map(({ name }) => {
      const value = values.get(name);
      if (value === undefined) throw new Error(`${name} is not there`);
      return [name, value];
    }),
  );
}

const attribute = (node: OnnxNode, name: string, fallback: number): number =>
  (node.attributes[name] as number | undefined) ?? fallback;
const list = (node: OnnxNode, name: string, fallback: readonly number[] = []): readonly number[] =>
  (node.attributes[name] as readonly number[] | undefined) ?? fallback;

/** Elementwise, with shapes that are broadcast from the right; one rounding. */
function elementwise(of: (...values: number[]) => number): Operator {
  return (inputs) => {
    const rank = Math.max(...inputs.map(({ shape }) => shape.length));
    const padded = inputs.map(({ shape }) => [...new Array<number>(rank - shape.length).fill(1), ...shape]);
    const shape = Array.from({ length: rank }, (_, axis) => Math.max(...padded.map((each) => each[axis])));
    padded.forEach((each) => {
      if (!each.every((length, axis) => length === 1 || length === shape[axis]))
        throw new Error("shapes do not fit");
    });
    const data = new Float32Array(sizeOf(shape));
    const strides = padded.map((each) =>
      each.map((length, axis) => (length === 1 ? 0 : sizeOf(each.slice(axis + 1)))),
    );
    for (let i = 0; i < data.length; i++) {
      const at = new Array<number>(inputs.length).fill(0);
      for (let axis = rank - 1, left = i; axis >= 0; axis--) {
        const place = left % shape[axis];
        left = Math.floor(left / shape[axis]);
        strides.forEach((each, k) => (at[k] += place * each[axis]));
      }
      data[i] = of(...inputs.map((input, k) => input.data[at[k]]));
    }
    return { shape, data };
  };
}

/** Windows over the axes behind N and C, one or two of them. */
function windows(
  x: OnnxTensor,
  node: OnnxNode,
): { out: number[]; visit: (place: number, see: (tap: number, at: number) => void) => void } {
  const space = x.shape.slice(2);
  const kernel = list(node, "kernel_shape");
  const strides = list(
    node,
    "strides",
    space.map(() => 1),
  );
  const pads = list(
    node,
    "pads",
    [...space, ...space].map(() => 0),
  );
  const axes = space.map((_, axis) => axis);
  const out = axes.map((axis) =>
    Math.floor((space[axis] + pads[axis] + pads[axis + space.length] - kernel[axis]) / strides[axis] + 1),
  );
  const unravel = (index: number, shape: readonly number[]): number[] =>
    shape.map((length, axis) => Math.floor(index / sizeOf(shape.slice(axis + 1))) % length);
  return {
    out,
    visit(place, see) {
      const start = unravel(place, out).map((each, axis) => each * strides[axis] - pads[axis]);
      for (let tap = 0; tap < sizeOf(kernel); tap++) {
        const at = unravel(tap, kernel).map((each, axis) => each + start[axis]);
        const isInside = at.every((each, axis) => each >= 0 && each < space[axis]);
        see(tap, isInside ? at.reduce((index, each, axis) => index * space[axis] + each, 0) : -1);
      }
    },
  };
}

function pool(x: OnnxTensor, node: OnnxNode, of: (values: number[]) => number): OnnxTensor {
  const { out, visit } = windows(x, node);
  const maps = x.shape[0] * x.shape[1];
  const [inside, outside] = [sizeOf(x.shape.slice(2)), sizeOf(out)];
  const data = new Float32Array(maps * outside);
  for (let map = 0; map < maps; map++) {
    for (let place = 0; place < outside; place++) {
      const values: number[] = [];
      visit(place, (_tap, at) => values.push(at < 0 ? NaN : x.data[map * inside + at]));
      data[map * outside + place] = of(values);
    }
  }
  return { shape: [...x.shape.slice(0, 2), ...out], data };
}

function reduced(x: OnnxTensor, axes: readonly number[], keepdims: number, mean: boolean): OnnxTensor {
  if (keepdims !== 0) throw new Error("keepdims");
  const kept = x.shape.map((length, axis) => (axes.includes(axis) ? 1 : length));
  const sums = new Float64Array(sizeOf(kept));
  const strides = kept.map((length, axis) => (length === 1 ? 0 : sizeOf(kept.slice(axis + 1))));
  x.data.forEach((value, i) => {
    const place = x.shape.map((length, axis) => Math.floor(i / sizeOf(x.shape.slice(axis + 1))) % length);
    sums[place.reduce((at, each, axis) => at + each * strides[axis], 0)] += value;
  });
  const count = mean ? x.data.length / sums.length : 1;
  return {
    shape: x.shape.filter((_, axis) => !axes.includes(axis)),
    data: Float32Array.from(sums, (sum) => sum / count),
  };
}

function transposed(x: OnnxTensor, perm: readonly number[]): OnnxTensor {
  const shape = perm.map((axis) => x.shape[axis]);
  const strides = perm.map((axis) => sizeOf(x.shape.slice(axis + 1)));
  const data = x.data.map((_, i) => {
    const place = shape.map((length, axis) => Math.floor(i / sizeOf(shape.slice(axis + 1))) % length);
    return x.data[place.reduce((at, each, axis) => at + each * strides[axis], 0)];
  });
  return { shape, data };
}

const operators: Record<string, Operator | undefined> = {
  Add: elementwise((a, b) => a + b),
  Sub: elementwise((a, b) => a - b),
  Mul: elementwise((a, b) => a * b),
  Div: elementwise((a, b) => a / b),
  Sigmoid: elementwise((x) => 1 / (1 + Math.exp(-x))),
  GreaterOrEqual: elementwise((a, b) => (a >= b ? 1 : 0)),
  Where: elementwise((condition, a, b) => (condition !== 0 ? a : b)),
  Cast: ([x]) => x,
  Identity: ([x]) => x,
  Shape: ([x]) => ({ shape: [x.shape.length], data: Float32Array.from(x.shape) }),
  ConstantOfShape: ([shape], { attributes }) => {
    const [value] = (attributes.value as OnnxTensor).data;
    return { shape: [...shape.data], data: new Float32Array(sizeOf([...shape.data])).fill(value) };
  },
  Gemm([x, weight, bias], node) {
    if (attribute(node, "transB", 0) !== 1 || x.shape.length !== 2) throw new Error("Gemm");
    const [[N, inputs], [outputs]] = [x.shape, weight.shape];
    const data = new Float32Array(N * outputs);
    for (let n = 0; n < N; n++) {
      for (let o = 0; o < outputs; o++) {
        let sum = bias?.data[o] ?? 0;
        for (let i = 0; i < inputs; i++) sum += x.data[n * inputs + i] * weight.data[o * inputs + i];
        data[n * outputs + o] = sum;
      }
    }
    return { shape: [N, outputs], data };
  },
  Conv([x, weight, bias], node) {
    const { out, visit } = windows(x, node);
    const groups = attribute(node, "group", 1);
    const [[N, channels], [outputs, perGroup]] = [x.shape, weight.shape];
    if (channels !== perGroup * groups) throw new Error("Conv: channels");
    const taps = sizeOf(weight.shape.slice(2));
    const [inside, outside] = [sizeOf(x.shape.slice(2)), sizeOf(out)];
    const data = new Float32Array(N * outputs * outside);
    for (let place = 0; place < outside; place++) {
      visit(place, (tap, at) => {
        if (at < 0) return;
        for (let n = 0; n < N; n++) {
          for (let o = 0; o < outputs; o++) {
            const first = Math.floor(o / (outputs / groups)) * perGroup;
            for (let c = 0; c < perGroup; c++) {
              data[(n * outputs + o) * outside + place] +=
                x.data[(n * channels + first + c) * inside + at] *
                weight.data[(o * perGroup + c) * taps + tap];
            }
          }
        }
      });
    }
    if (bias !== undefined) data.forEach((_, i) => (data[i] += bias.data[Math.floor(i / outside) % outputs]));
    return { shape: [N, outputs, ...out], data };
  },
  BatchNormalization([x, scale, bias, mean, variance], node) {
    const epsilon = attribute(node, "epsilon", 1e-5);
    const each = sizeOf(x.shape.slice(2));
    const data = x.data.map((value, i) => {
      const c = Math.floor(i / each) % x.shape[1];
      return ((value - mean.data[c]) / Math.sqrt(variance.data[c] + epsilon)) * scale.data[c] + bias.data[c];
    });
    return { shape: x.shape, data };
  },
  MaxPool: ([x], node) =>
    pool(x, node, (values) => Math.max(...values.filter((value) => !Number.isNaN(value)))),
  AveragePool: ([x], node) =>
    pool(x, node, (values) => {
      const inside = values.filter((value) => !Number.isNaN(value));
      const count = attribute(node, "count_include_pad", 0) === 1 ? values.length : inside.length;
      return inside.reduce((sum, value) => sum + value, 0) / count;
    }),
  Flatten([x], node) {
    const axis = attribute(node, "axis", 1);
    return { shape: [sizeOf(x.shape.slice(0, axis)), sizeOf(x.shape.slice(axis))], data: x.data };
  },
  Reshape: ([x, shape]) => ({
    shape: [...shape.data].map((length, axis) => (length === 0 ? x.shape[axis] : length)),
    data: x.data,
  }),
  Transpose: ([x], node) => transposed(x, list(node, "perm")),
  Gather([x, index], node) {
    if (attribute(node, "axis", 0) !== 0 || index.shape.length !== 0) throw new Error("Gather");
    const each = sizeOf(x.shape.slice(1));
    return { shape: x.shape.slice(1), data: x.data.slice(index.data[0] * each, (index.data[0] + 1) * each) };
  },
  Unsqueeze: ([x]) => ({ shape: [1, ...x.shape], data: x.data }),
  Concat: (inputs) => ({
    shape: [inputs.length, ...inputs[0].shape.slice(1)],
    data: Float32Array.from(inputs.flatMap(({ data }) => [...data])),
  }),
  Mean: (inputs) => {
    const sum = inputs[0].data.map((_, i) => inputs.reduce((total, { data }) => total + data[i], 0));
    return { shape: inputs[0].shape, data: sum.map((value) => value / inputs.length) };
  },
  ReduceSum: ([x, axes], node) => reduced(x, [...axes.data], attribute(node, "keepdims", 1), false),
  ReduceMean: ([x], node) => reduced(x, list(node, "axes"), attribute(node, "keepdims", 1), true),
};
