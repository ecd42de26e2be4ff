/** Layers without weights between quantizers: y = Qa(op(Qi(x))); the identity, which quantizes a network's input; and sums. */

import { ShapeError } from "../errors.js";
import { addRow } from "../layers/add.js";
import { GlobalSumPool, globalSumPoolRow } from "../layers/global-sum-pool.js";
import type { FullLayerRow, LayerRow } from "../layers/layer-row.js";
import {
  AvgPool1d,
  avgPool1dRow,
  AvgPool2d,
  avgPool2dRow,
  maxPool1dRow,
  maxPool2dRow,
} from "../layers/pooling.js";
import { StatelessLayer } from "../layers/stateless-layer.js";
import { addDerivedLayer } from "../layers/table.js";
import { Module } from "../module/module.js";
import { withDefault } from "../schema/schema.js";
import { whole } from "../schema/value-types.js";
import { formatShape, sizeOf } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
import { windowSums } from "./exact-sums.js";
import { isExact, tensorOnGrid, withGradientOf } from "./exact-values.js";
import {
  applyOnce,
  givenOptions,
  quantizedFields,
  quantizerOf,
  type QuantizedSettings,
} from "./layer-quantizers.js";
import { quantizedRow } from "./quantized-row.js";
import type { Quantizer } from "./quantizer.js";

/** A pooling, of which the layer inside is that of the float network. */
export class QuantizedPooling extends StatelessLayer {
  readonly #settings: QuantizedSettings;
  /** Always in step mode 's': it sees a batch. */
  readonly #pooling: Module;
  readonly #input: Quantizer;
  readonly #act: Quantizer;

  constructor(pooling: Module, settings: QuantizedSettings) {
    super();
    this.#settings = settings;
    this.#pooling = pooling;
    this.#input = this.registerChild("quantizer_input", quantizerOf("input", settings));
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", settings));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  get pooling(): Module {
    return this.#pooling;
  }

  override applyStill(x: Tensor, T: number): Tensor {
    return applyOnce(this, T, () => this.apply(x));
  }

  protected apply(x: Tensor): Tensor {
    const input = this.#input.forward(x);
    const float = this.#pooling.forward(input);
    const grid = isExact(this.#input, this.#act) ? this.#act.grid : null;
    const sums = grid === null ? null : poolSums(this.#pooling, input, float.size);
    if (grid === null || sums === null) return this.#act.forward(float);
    const exact = this.#act.counted(tensorOnGrid(sums.values, float.shape, grid, x, sums.count));
    return withGradientOf(() => this.#act.forward(float), exact);
  }
}

/** Exact sums, and how many values each is the mean of; null of what only chooses. @param x [N, ..., C] */
function poolSums(
  pooling: Module,
  x: Tensor,
  size: number,
): { readonly values: Float64Array; readonly count: number } | null {
  const { shape } = x;
  const C = shape[shape.length - 1];
  if (pooling instanceof GlobalSumPool) {
    const places = sizeOf(shape.slice(1, -1));
    const whole = { kernel: [1, places], stride: [1, 1], padding: [0, 0] } as const;
    return { values: windowSums({ input: [1, places, C], ...whole }, x, size), count: 1 };
  }
  if (pooling instanceof AvgPool2d) {
    const { kernelSize: kernel, stride, padding } = pooling;
    const map = { input: [shape[1], shape[2], C], kernel, stride, padding } as const;
    return { values: windowSums(map, x, size), count: kernel[0] * kernel[1] };
  }
  if (pooling instanceof AvgPool1d) {
    const { kernelSize, stride, padding } = pooling;
    const window = { kernel: [1, kernelSize], stride: [1, stride], padding: [0, padding] } as const;
    return { values: windowSums({ input: [1, shape[1], C], ...window }, x, size), count: kernelSize };
  }
  return null;
}

/** y = Qa(x) */
export class QuantizedIdentity extends StatelessLayer {
  readonly #settings: QuantizedSettings;
  readonly #act: Quantizer;

  constructor(settings: QuantizedSettings) {
    super();
    this.#settings = settings;
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", settings));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  override applyStill(x: Tensor, T: number): Tensor {
    return applyOnce(this, T, () => this.apply(x));
  }

  protected apply(x: Tensor): Tensor {
    return this.#act.forward(x);
  }
}

/** y = Qa(the sum of Qi(x) of each input), each with a quantizer of its own */
export class QuantizedAdd extends Module {
  readonly #settings: QuantizedSettings;
  readonly #inputs: readonly Quantizer[];
  readonly #act: Quantizer;

  constructor(branches: number, settings: QuantizedSettings) {
    super();
    this.#settings = settings;
    this.#inputs = Array.from({ length: branches }, (_, i) =>
      this.registerChild(`quantizer_input_${letter(i)}`, quantizerOf("input", settings)),
    );
    this.#act = this.registerChild("quantizer_act", quantizerOf("act", settings));
  }

  get settings(): QuantizedSettings {
    return this.#settings;
  }

  get branches(): number {
    return this.#inputs.length;
  }

  forward(...inputs: readonly Tensor[]): Tensor {
    if (inputs.length !== this.branches) {
      throw new ShapeError(
        `QuantizedAdd: ${inputs.length} inputs, ${inputs.map(({ shape }) => formatShape(shape)).join(", ")}; expected ${this.branches}.`,
      );
    }
    const terms = inputs.map((x, i) => this.#inputs[i].forward(x));
    const [first, ...others] = terms;
    const float = others.reduce((sum, other) => sum.add(other), first);
    const grid = isExact(...this.#inputs, this.#act) ? this.#act.grid : null;
    if (grid === null) return this.#act.forward(float);
    const sums = new Float64Array(float.size);
    for (const { data } of terms) data.forEach((value, i) => (sums[i] += value));
    const exact = this.#act.counted(tensorOnGrid(sums, float.shape, grid, first));
    return withGradientOf(() => this.#act.forward(float), exact);
  }
}

/** a, b … z, 27 */
function letter(i: number): string {
  return i < 26 ? String.fromCharCode(97 + i) : String(i + 1);
}

function addPooling<O extends object>(kind: string, float: FullLayerRow<O>): string {
  const create = (options: O, settings: QuantizedSettings) =>
    new QuantizedPooling(float.create(options), settings);
  const { layer: _, ...row } = quantizedRow(float, QuantizedPooling, create, ({ pooling }) => pooling);
  // Several kinds are of this class: each layer is known by how it was made.
  return addDerivedLayer(kind, row);
}

const identityRow: LayerRow<QuantizedSettings> = {
  layer: QuantizedIdentity,
  schema: { fields: quantizedFields },
  create: (settings) => new QuantizedIdentity(settings),
  outputShape: (_options, [input]) => input,
  weights: () => 0,
  operations: () => ({ macs: 0, adds: 0 }),
  options: (layer) => givenOptions((layer as QuantizedIdentity).settings) as QuantizedSettings,
};

type QuantizedAddSpec = QuantizedSettings & { readonly branches: number };

const quantizedAddRow: LayerRow<QuantizedAddSpec> = {
  layer: QuantizedAdd,
  schema: {
    fields: { ...quantizedFields, branches: withDefault(whole(2), 2, "Inputs.") },
  },
  inputs: "several",
  create: ({ branches, ...settings }) => new QuantizedAdd(branches, settings),
  outputShape(options, inputs, where) {
    if (inputs.length === options.branches) return addRow.outputShape({}, inputs, where);
    throw new ShapeError(`${where} gets ${inputs.length} inputs; expected branches, ${options.branches}.`);
  },
  weights: () => 0,
  operations: (_options, inputs, output) => addRow.operations({}, inputs, output),
  options: (layer) => {
    const { branches, settings } = layer as QuantizedAdd;
    return { branches, ...givenOptions(settings) } as QuantizedAddSpec;
  },
};

/** Their kinds. */
export const weightlessKinds = [
  addPooling("QuantizedMaxPool1d", maxPool1dRow),
  addPooling("QuantizedMaxPool2d", maxPool2dRow),
  addPooling("QuantizedAvgPool1d", avgPool1dRow),
  addPooling("QuantizedAvgPool2d", avgPool2dRow),
  addPooling("QuantizedGlobalSumPool", globalSumPoolRow),
  addDerivedLayer("QuantizedIdentity", identityRow),
  addDerivedLayer("QuantizedAdd", quantizedAddRow),
];
