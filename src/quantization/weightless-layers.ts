/** Layers without weights between quantizers: y = Qa(op(Qi(x))); the identity, which quantizes a network's input; and sums. */

import { ShapeError } from "../errors.js";
import { addRow } from "../layers/add.js";
import { globalSumPoolRow } from "../layers/global-sum-pool.js";
import type { FullLayerRow, LayerRow } from "../layers/layer-row.js";
import { avgPool1dRow, avgPool2dRow, maxPool1dRow, maxPool2dRow } from "../layers/pooling.js";
import { StatelessLayer } from "../layers/stateless-layer.js";
import { addDerivedLayer } from "../layers/table.js";
import { Module } from "../module/module.js";
import { withDefault } from "../schema/schema.js";
import { whole } from "../schema/value-types.js";
import { formatShape } from "../shapes.js";
import type { Tensor } from "../tensor/tensor.js";
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
    return this.#act.forward(this.#pooling.forward(this.#input.forward(x)));
  }
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
    const [first, ...others] = inputs.map((x, i) => this.#inputs[i].forward(x));
    return this.#act.forward(others.reduce((sum, other) => sum.add(other), first));
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
