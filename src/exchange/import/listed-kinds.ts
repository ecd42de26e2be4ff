/**
 * Kinds of layers in lists that describe networks of PyTorch, SpikingJelly and Qualia: the order of their arguments, those that
 * only matter where they are not what is always done here, and what the arrays of a file say where an argument is left out.
 */

import { isNeuronKind } from "../../neurons/table.js";
import { layerKinds } from "../../layers/table.js";
import type { ForeignArrays } from "./foreign-arrays.js";
import type { Arguments, ListedKind } from "./listed-kind.js";
import { iaf, leaky, lif, lifBox } from "./listed-neurons.js";

const onlyTraining = {
  step_mode: "any",
  backend: "any",
  store_v_seq: "any",
  surrogate_function: "any",
} as const;

const linear: ListedKind = {
  kind: "Linear",
  order: ["in_features", "out_features", "bias"],
  without: { device: "any", dtype: "any", step_mode: "any" },
  fromArrays(arrays, name) {
    const shape = arrays.get(`${name}.weight`)?.shape ?? [];
    const sizes = shape.length === 2 ? { in_features: shape[1], out_features: shape[0] } : {};
    return { ...sizes, ...biasOf(arrays, name) };
  },
};

function convolution(kind: "Conv1d" | "Conv2d"): ListedKind {
  const axes = kind === "Conv1d" ? 1 : 2;
  return {
    kind,
    order: ["in_channels", "out_channels", "kernel_size", "padding", "bias"],
    without: {
      padding_mode: ["zeros"],
      device: "any",
      dtype: "any",
      step_mode: "any",
    },
    fromArrays(arrays, name, given) {
      const shape = arrays.get(`${name}.weight`)?.shape ?? [];
      if (shape.length !== axes + 2) return biasOf(arrays, name);
      const [out, perGroup, ...kernel] = shape;
      const groups = typeof given.groups === "number" ? given.groups : 1;
      return {
        in_channels: perGroup * groups,
        out_channels: out,
        kernel_size: axes === 1 ? kernel[0] : kernel,
        ...biasOf(arrays, name),
      };
    },
    options: (given) =>
      axes === 1 ? withNumbers(given, ["kernel_size", "stride", "padding", "dilation"]) : given,
  };
}

function biasOf(arrays: ForeignArrays, name: string): Arguments {
  return arrays.has(`${name}.weight`) ? { bias: arrays.has(`${name}.bias`) } : {};
}

/** Of one axis, PyTorch takes (3,) for 3. */
function withNumbers(given: Arguments, names: readonly string[]): Arguments {
  const entries = Object.entries(given).map(([name, value]): [string, unknown] => {
    const isTuple = names.includes(name) && Array.isArray(value) && value.length === 1;
    return [name, isTuple ? (value as readonly unknown[])[0] : value];
  });
  return Object.fromEntries(entries);
}

function normalization(kind: "BatchNorm1d" | "BatchNorm2d"): ListedKind {
  return {
    kind,
    order: ["num_features"],
    without: {
      affine: [true],
      track_running_stats: [true],
      device: "any",
      dtype: "any",
      step_mode: "any",
    },
    fromArrays(arrays, name) {
      const { shape } = arrays.get(`${name}.weight`) ?? arrays.get(`${name}.running_mean`) ?? { shape: [] };
      return shape.length === 1 ? { num_features: shape[0] } : {};
    },
  };
}

function pooling(kind: "MaxPool1d" | "MaxPool2d" | "AvgPool1d" | "AvgPool2d"): ListedKind {
  const isOneAxis = kind.endsWith("1d");
  return {
    kind,
    order: ["kernel_size"],
    without: {
      ceil_mode: [false],
      step_mode: "any",
      ...(kind.startsWith("Max")
        ? { dilation: [1, [1], [1, 1]], return_indices: [false] }
        : { count_include_pad: [true], divisor_override: [null] }),
    },
    options: (given) => {
      const { stride, ...rest } = given;
      const all = stride === undefined || stride === null ? rest : given;
      return isOneAxis ? withNumbers(all, ["kernel_size", "stride", "padding"]) : all;
    },
  };
}

const flatten: ListedKind = {
  kind: "Flatten",
  order: [],
  without: { start_dim: [1], end_dim: [-1], step_mode: "any" },
};

const dropout: ListedKind = {
  kind: "Dropout",
  order: ["p"],
  without: { inplace: "any", step_mode: "any" },
};

/** As SpikingJelly and Qualia have them. */
function neuron(kind: string): ListedKind {
  return {
    kind,
    order: [],
    without: { ...onlyTraining, device: "any" },
    // None, or false in a file of Qualia: the threshold is subtracted.
    options: (given) =>
      Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          name === "v_reset" && value === false ? null : value,
        ]),
      ),
  };
}

const kinds = new Map<string, ListedKind>([
  ["Linear", linear],
  ["Conv1d", convolution("Conv1d")],
  ["Conv2d", convolution("Conv2d")],
  ["BatchNorm1d", normalization("BatchNorm1d")],
  ["BatchNorm2d", normalization("BatchNorm2d")],
  ["MaxPool1d", pooling("MaxPool1d")],
  ["MaxPool2d", pooling("MaxPool2d")],
  ["AvgPool1d", pooling("AvgPool1d")],
  ["AvgPool2d", pooling("AvgPool2d")],
  ["Flatten", flatten],
  ["Dropout", dropout],
  ["Dropout2d", dropout],
  ["Leaky", leaky],
  ["SnnTorchLeaky", leaky],
  ["LIFBoxCell", lifBox],
  ["LIFBox", lifBox],
  ["LIFCell", lif],
  ["LIF", lif],
  ["IAFCell", iaf],
  ["IAF", iaf],
]);

/** Names of the same in older versions, and with their modules: "layer.Conv2d", "neuron.IFNode", "MultiStepIFNode". */
function plainName(kind: string): string {
  const last = kind.slice(kind.lastIndexOf(".") + 1);
  return last.startsWith("MultiStep") ? last.slice("MultiStep".length) : last;
}

/** null: there is no such kind. */
export function listedKind(named: string): ListedKind | null {
  const kind = plainName(named);
  const known = kinds.get(kind);
  if (known !== undefined) return known;
  if (isNeuronKind(kind)) return neuron(kind);
  return layerKinds().includes(kind) ? { kind, order: [] } : null;
}

/** What may stand in a list. */
export function listedKinds(): string[] {
  return [...new Set([...kinds.keys(), ...layerKinds()])];
}
