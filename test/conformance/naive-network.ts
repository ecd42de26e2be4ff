/** Computes a network of conformance/networks with loops and float64 alone, as conformance/README.md has it. */

interface Stored {
  shape: number[];
  data: number[];
}

export interface StoredNetwork {
  timesteps: number;
  input: Stored;
  layers: {
    name: string;
    kind: string;
    options: Record<string, unknown>;
    inputs: string[];
    output_shape: number[];
    weights: Record<string, Stored>;
  }[];
  /** Whether the input is a frame for each step. */
  time?: boolean;
  expected: {
    logits_per_step: number[][];
    spikes: Record<string, string[]>;
    potentials?: Record<string, number[][]>;
  };
}

type Layer = StoredNetwork["layers"][number];

export function naiveNetwork({
  timesteps,
  time = false,
  input,
  layers,
}: StoredNetwork): StoredNetwork["expected"] {
  const logits: number[][] = [];
  const spikes: Record<string, string[]> = {};
  const after: Record<string, number[][]> = {};
  const potentials = new Map<string, number[]>();
  for (let t = 0; t < timesteps; t++) {
    const shown = time ? frameOf(input, t) : input;
    const values = new Map([["input", shown]]);
    let last: Stored = shown;
    for (const layer of layers) {
      const from = layer.inputs.map((name) => {
        const value = values.get(name);
        if (value === undefined) throw new Error(`${name} stands after ${layer.name}`);
        return value;
      });
      const data = computed(layer, from, potentials, spikes);
      last = { shape: layer.output_shape, data };
      values.set(layer.name, last);
    }
    logits.push(last.data);
    for (const [name, v] of potentials) (after[name] ??= []).push(v);
  }
  return { logits_per_step: logits, spikes, ...(time ? { potentials: after } : {}) };
}

function frameOf({ shape, data }: Stored, t: number): Stored {
  const size = data.length / shape[0];
  return { shape: shape.slice(1), data: data.slice(t * size, (t + 1) * size) };
}

function computed(
  layer: Layer,
  from: readonly Stored[],
  potentials: Map<string, number[]>,
  spikes: Record<string, string[]>,
): number[] {
  const [{ data: x }] = from;
  const { kind, name, options, weights } = layer;
  switch (kind) {
    case "Linear":
      return linear(x, weights);
    case "Conv2d":
      return convolved(from[0], layer);
    case "MaxPool2d":
      return pooled(from[0], layer, (values) => Math.max(...values));
    case "AvgPool2d":
      return pooled(
        from[0],
        layer,
        (values) => values.reduce((sum, value) => sum + value, 0) / values.length,
      );
    case "Flatten":
      return x;
    case "Add":
      return x.map((value, i) => value + from[1].data[i]);
    case "ATIF":
    case "IFNode": {
      const theta = kind === "ATIF" ? weights.v_threshold.data[0] : Number(options.vThreshold);
      const hard = kind === "IFNode" && options.vReset !== null;
      const v = potentials.get(name) ?? x.map(() => 0);
      const u = v.map((each, i) => each + x[i]);
      const z = u.map((each) => Number(each >= theta));
      potentials.set(
        name,
        u.map((each, i) => (z[i] === 0 ? each : hard ? Number(options.vReset) : each - theta)),
      );
      (spikes[name] ??= []).push(z.join(""));
      return kind === "ATIF" ? z.map((each) => each * theta) : z;
    }
    default:
      throw new Error(`README.md has no ${kind}`);
  }
}

function linear(x: readonly number[], { weight, bias }: Layer["weights"]): number[] {
  const [outputs, inputs] = weight.shape;
  return Array.from({ length: outputs }, (_, o) => {
    let sum = bias.data[o];
    for (let i = 0; i < inputs; i++) sum += weight.data[o * inputs + i] * x[i];
    return sum;
  });
}

const pair = (value: unknown): number[] =>
  Array.isArray(value) ? (value as number[]) : [Number(value), Number(value)];

/** Of every window, the values that are inside. */
function* windows(
  { shape: [channels, height, width] }: Stored,
  { options, output_shape }: Layer,
  kernel: number[],
) {
  const [sy, sx] = pair(options.stride ?? kernel);
  const [py, px] = pair(options.padding ?? 0);
  const [, rows, columns] = output_shape;
  for (let y = 0; y < rows; y++) {
    for (let x = 0; x < columns; x++) {
      const places: { ky: number; kx: number; at: number }[] = [];
      for (let ky = 0; ky < kernel[0]; ky++) {
        for (let kx = 0; kx < kernel[1]; kx++) {
          const [iy, ix] = [y * sy - py + ky, x * sx - px + kx];
          if (iy >= 0 && iy < height && ix >= 0 && ix < width) places.push({ ky, kx, at: iy * width + ix });
        }
      }
      yield { place: y * columns + x, places, plane: height * width, channels };
    }
  }
}

function convolved(from: Stored, layer: Layer): number[] {
  const { weight, bias } = layer.weights;
  const [outputs, inputs, kh, kw] = weight.shape;
  const [, rows, columns] = layer.output_shape;
  const y = new Array<number>(outputs * rows * columns).fill(0);
  for (const { place, places, plane } of windows(from, layer, [kh, kw])) {
    for (let o = 0; o < outputs; o++) {
      let sum = "bias" in layer.weights ? bias.data[o] : 0;
      for (let c = 0; c < inputs; c++) {
        for (const { ky, kx, at } of places) {
          sum += weight.data[((o * inputs + c) * kh + ky) * kw + kx] * from.data[c * plane + at];
        }
      }
      y[o * rows * columns + place] = sum;
    }
  }
  return y;
}

function pooled(from: Stored, layer: Layer, reduce: (values: readonly number[]) => number): number[] {
  const [channels, rows, columns] = layer.output_shape;
  const y = new Array<number>(channels * rows * columns).fill(0);
  for (const { place, places, plane } of windows(from, layer, pair(layer.options.kernelSize))) {
    for (let c = 0; c < channels; c++) {
      y[c * rows * columns + place] = reduce(places.map(({ at }) => from.data[c * plane + at]));
    }
  }
  return y;
}
