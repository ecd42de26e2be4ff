/**
 * The types of nodes that NIR has: the fields of each, what must hold between them, and the shape that comes out. What each
 * becomes here is in become-layers.ts.
 */

import { FormatError } from "../../errors.js";
import { formatShape, sameShape, sizeOf, type Shape } from "../../shapes.js";
import { floats, lengths, optional, paddings, whole, wholeNumber, type FieldType } from "./field-types.js";
import type { NirArray, NirFields, NirPadding, NirType } from "./nir-graph.js";

export interface NirNodeRow<F> {
  readonly fields: { readonly [N in keyof F]: FieldType<F[N]> };
  /** @param where "node "if1"". @throws FormatError where fields do not fit one another */
  check?(fields: F, where: string): void;
  /** Of what comes in, channels first. @throws FormatError for what it does not take */
  outputShape(fields: F, input: Shape, where: string): Shape;
}

const array = floats();
const positive = floats(true);
const firing = { v_threshold: array, v_reset: optional(array) };
const leaky = { tau: positive, r: array, v_leak: array };
const cuba = { tau_syn: positive, tau_mem: positive, r: array, v_leak: array, w_in: optional(array) };

/** Elementwise: arrays of one shape, which is that of a sample. */
function elementwise<F extends { [N in keyof F]: NirArray | null }>(
  fields: NirNodeRow<F>["fields"],
): NirNodeRow<F> {
  const arraysOf = (values: F): [string, NirArray][] =>
    Object.entries<NirArray | null>(values).flatMap(([name, value]) =>
      value === null ? [] : [[name, value]],
    );
  return {
    fields,
    check(values, where) {
      const [[firstName, first], ...others] = arraysOf(values);
      for (const [name, { shape }] of others) {
        // A weight of one number stands for all: so nir itself writes it.
        if (name === "w_in" && shape.length === 0) continue;
        if (sameShape(shape, first.shape)) continue;
        throw new FormatError(
          `${where}: ${firstName} has the shape ${formatShape(first.shape)} and ${name} ${formatShape(shape)}; expected one shape.`,
        );
      }
      if (first.shape.length === 0 || sizeOf(first.shape) === 0) {
        throw new FormatError(
          `${where}: ${firstName} has the shape ${formatShape(first.shape)}; expected that of a sample.`,
        );
      }
    },
    outputShape(values, input, where) {
      const [[name, { shape }]] = arraysOf(values);
      if (sameShape(shape, input)) return input;
      throw new FormatError(
        `${where}: ${name} has the shape ${formatShape(shape)}, and ${formatShape(input)} comes in; expected the same.`,
      );
    },
  };
}

const linear = (where: string, weight: NirArray, bias: NirArray | null): void => {
  const { shape } = weight;
  if (shape.length !== 2 || sizeOf(shape) === 0) {
    throw new FormatError(`${where}: weight has the shape ${formatShape(shape)}; expected [out, in].`);
  }
  checkBias(where, bias, shape[0]);
};

function checkBias(where: string, bias: NirArray | null, channels: number): void {
  if (bias === null || sameShape(bias.shape, [channels])) return;
  throw new FormatError(
    `${where}: bias has the shape ${formatShape(bias.shape)}; expected [${channels}], as weight has.`,
  );
}

function linearShape({ weight }: { readonly weight: NirArray }, input: Shape, where: string): Shape {
  const [out, features] = weight.shape;
  if (sameShape(input, [features])) return [out];
  throw new FormatError(
    `${where} gets ${formatShape(input)}; expected [${features}], as its weight says. A Flatten before it makes a list of a map.`,
  );
}

/** Zeros before and after each axis. */
export function padsOf(
  padding: NirPadding,
  kernel: readonly number[],
  dilation: readonly number[],
): [before: number, after: number][] {
  return kernel.map((length, axis) => {
    if (padding === "valid") return [0, 0];
    if (padding !== "same") return [padding[axis], padding[axis]];
    const total = dilation[axis] * (length - 1);
    return [Math.floor(total / 2), total - Math.floor(total / 2)];
  });
}

function convolution<K extends "Conv1d" | "Conv2d">(axes: number): NirNodeRow<NirFields[K]> {
  return {
    fields: {
      weight: array,
      bias: array,
      input_shape: lengths(axes),
      stride: whole(axes, 1),
      dilation: whole(axes, 1),
      padding: paddings(axes),
      groups: wholeNumber(1),
    } as NirNodeRow<NirFields[K]>["fields"],
    check({ weight, bias, groups, padding, stride }, where) {
      const { shape } = weight;
      if (shape.length !== axes + 2 || sizeOf(shape) === 0) {
        const sides = axes === 1 ? "K" : "KH, KW";
        throw new FormatError(
          `${where}: weight has the shape ${formatShape(shape)}; expected [out, in / groups, ${sides}].`,
        );
      }
      if (shape[0] % groups !== 0) {
        throw new FormatError(
          `${where}: groups is ${groups} with ${shape[0]} channels out; expected a divisor of them.`,
        );
      }
      checkBias(where, bias, shape[0]);
      if (padding === "same" && stride.some((each) => each !== 1)) {
        throw new FormatError(
          `${where}: padding is "same" with the stride ${formatShape(stride)}; expected numbers, or a stride of 1.`,
        );
      }
    },
    outputShape({ weight, stride, dilation, padding, groups, input_shape }, input, where) {
      const [out, perGroup, ...kernel] = weight.shape;
      const channels = perGroup * groups;
      if (input.length !== axes + 1 || input[0] !== channels) {
        throw new FormatError(
          `${where} gets ${formatShape(input)}; expected [${channels}, ${axes === 1 ? "S" : "H, W"}], as its weight and groups say.`,
        );
      }
      const map = input.slice(1);
      if (input_shape !== null && !sameShape(input_shape, map)) {
        throw new FormatError(
          `${where}: input_shape is ${formatShape(input_shape)}, and ${formatShape(map)} comes in; expected the same.`,
        );
      }
      const pads = padsOf(padding, kernel, dilation);
      return [
        out,
        ...mapShape(
          where,
          map,
          kernel.map((length, axis) => dilation[axis] * (length - 1) + 1),
          stride,
          pads,
        ),
      ];
    },
  };
}

function mapShape(
  where: string,
  map: Shape,
  kernel: readonly number[],
  stride: readonly number[],
  pads: readonly (readonly [number, number])[],
): Shape {
  return map.map((length, axis) => {
    const room = length + pads[axis][0] + pads[axis][1] - kernel[axis];
    if (room >= 0) return Math.floor(room / stride[axis]) + 1;
    throw new FormatError(
      `${where}: a kernel of ${kernel.join(" x ")} for a map of ${map.join(" x ")}; expected one that fits, with its padding.`,
    );
  });
}

const pool = (): NirNodeRow<NirFields["SumPool2d"]> => ({
  fields: { kernel_size: whole(2, 1), stride: whole(2, 1), padding: whole(2, 0) },
  check({ kernel_size: kernel, padding }, where) {
    if (padding.every((pad, axis) => 2 * pad <= kernel[axis])) return;
    throw new FormatError(
      `${where}: padding is ${formatShape(padding)} with a kernel of ${formatShape(kernel)}; expected at most half of it.`,
    );
  },
  outputShape({ kernel_size: kernel, stride, padding }, input, where) {
    if (input.length !== 3) {
      throw new FormatError(`${where} gets ${formatShape(input)}; expected a map, [C, H, W].`);
    }
    const pads = padding.map((pad): [number, number] => [pad, pad]);
    return [input[0], ...mapShape(where, input.slice(1), kernel, stride, pads)];
  },
});

/** The first and the last axis that are joined. @throws FormatError for axes that are not there */
export function flattenedAxes(
  { start_dim: start, end_dim: end }: NirFields["Flatten"],
  input: Shape,
  where: string,
): [first: number, last: number] {
  const [first, last] = [start, end].map((axis) => (axis < 0 ? axis + input.length : axis));
  if (first >= 0 && first <= last && last < input.length) return [first, last];
  throw new FormatError(
    `${where}: it joins the axes ${start} to ${end} of ${formatShape(input)}; expected axes that are there. The batch is not counted.`,
  );
}

const ends = (): NirNodeRow<NirFields["Input"]> => ({
  fields: { shape: lengths() },
  outputShape: (_fields, input) => input,
});

/** A type without a row is a compile error. */
export const nirNodes: { readonly [K in NirType]: NirNodeRow<NirFields[K]> } = {
  Input: ends(),
  Output: ends(),
  Linear: {
    fields: { weight: array },
    check: ({ weight }, where) => linear(where, weight, null),
    outputShape: linearShape,
  },
  Affine: {
    fields: { weight: array, bias: array },
    check: ({ weight, bias }, where) => linear(where, weight, bias),
    outputShape: linearShape,
  },
  Conv1d: convolution<"Conv1d">(1),
  Conv2d: convolution<"Conv2d">(2),
  Flatten: {
    fields: { start_dim: wholeNumber(-8), end_dim: wholeNumber(-8), input_type: lengths() },
    outputShape(fields, input, where) {
      const [first, last] = flattenedAxes(fields, input, where);
      return [...input.slice(0, first), sizeOf(input.slice(first, last + 1)), ...input.slice(last + 1)];
    },
  },
  AvgPool2d: pool(),
  SumPool2d: pool(),
  IF: elementwise<NirFields["IF"]>({ r: array, ...firing }),
  LIF: elementwise<NirFields["LIF"]>({ ...leaky, ...firing }),
  LI: elementwise<NirFields["LI"]>(leaky),
  I: elementwise<NirFields["I"]>({ r: array }),
  CubaLI: elementwise<NirFields["CubaLI"]>(cuba),
  CubaLIF: elementwise<NirFields["CubaLIF"]>({ ...cuba, ...firing }),
  Scale: elementwise<NirFields["Scale"]>({ scale: array }),
  Threshold: elementwise<NirFields["Threshold"]>({ threshold: array }),
  Delay: elementwise<NirFields["Delay"]>({ delay: array }),
};

/** The row of a type, whatever its fields. */
export function nirNodeRow<K extends NirType>(type: K): NirNodeRow<NirFields[K]> {
  return nirNodes[type];
}
