/** Layers that are held without being registered, wherever they are held. */

import { beforeAll, describe, expect, it } from "vitest";
import { Dataset } from "../../src/datasets/dataset.js";
import { StateError } from "../../src/errors.js";
import { encodeModel } from "../../src/formats/model-file.js";
import { init } from "../../src/kernels/select.js";
import { Flatten } from "../../src/layers/flatten.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import { Module } from "../../src/module/module.js";
import { Parameter } from "../../src/module/parameter.js";
import { SGD } from "../../src/optimizers/sgd.js";
import "../../src/ops/install.js";
import { ones, type Tensor } from "../../src/tensor/tensor.js";
import { Trainer } from "../../src/training/trainer.js";

beforeAll(() => init({ backend: "reference" }));

class Holder extends Module {
  held: unknown;
  readonly block = this.registerChild("block", new Sequential({ fc: new Linear(2, 2) }));
  readonly scale = this.registerParameter("scale", new Parameter(ones([2])));

  forward(x: Tensor): Tensor {
    return this.block.forward(x);
  }
}

function holding(held: unknown): Holder {
  const holder = new Holder();
  holder.held = held;
  return holder;
}

const circular: Record<string, unknown> = {};
circular.self = circular;
const deepIn = (depth: number, value: unknown): unknown => (depth === 0 ? value : [deepIn(depth - 1, value)]);

describe("a layer that a field holds unregistered", () => {
  const fc = (): Linear => new Linear(2, 2);
  it.each<[string, () => unknown]>([
    ["itself", fc],
    ["in a list", () => [1, fc()]],
    ["in a list of lists", () => [[], [[fc()]]]],
    ["as a value of a Map", () => new Map([["a", fc()]])],
    ["as a key of a Map", () => new Map([[fc(), "a"]])],
    ["in a Set", () => new Set([fc()])],
    ["in an object", () => ({ left: null, right: fc() })],
    ["in an object without prototype", () => Object.assign(Object.create(null) as object, { right: fc() })],
    ["under a symbol", () => ({ [Symbol("hidden")]: fc() })],
    ["in a Map of lists of objects", () => new Map([["a", [{ inner: new Set([fc()]) }]]])],
    ["beside a circle", () => [circular, fc()]],
    ["six lists deep", () => deepIn(6, fc())],
  ])("is named: %s", (_, held) => {
    const holder = holding(held());
    const sentence =
      'Holder: the field "held" holds a Linear that is not registered, so it would not be trained or saved; ' +
      "expected this.registerChild(name, …) in the constructor.";
    for (const asked of [() => holder.parameters(), () => holder.stateDict(), () => holder.train()]) {
      expect(asked).toThrow(new StateError(sentence));
    }
  });

  it("is named when it is a parameter, or under a symbol", () => {
    expect(() => holding(new Map([["w", new Parameter(ones([1]))]])).parameters()).toThrow(
      'the field "held" holds a Parameter that is not registered',
    );
    const holder = new Holder();
    Object.assign(holder, { [Symbol("secret")]: fc() });
    expect(() => holder.parameters()).toThrow('the field "Symbol(secret)" holds a Linear');
  });

  it("is no matter where it is registered all the same, also further below", () => {
    const holder = new Holder();
    const [, inner] = holder.namedModules()[2];
    expect(inner).toBeInstanceOf(Linear);
    holder.held = { list: [holder.block, holder.scale], fc: new Map([["fc", inner]]), self: holder };
    expect(holder.parameters()).toHaveLength(3);
    holder.held = [...inner.parameters(), inner, circular, "text", null, new Float32Array(3), () => fc()];
    expect(holder.parameters()).toHaveLength(3);
  });
});

/** Its layer is where nobody can see it. */
class Secretive extends SpikingModel {
  readonly #fc = new Linear(4, 2);
  readonly flatten = this.registerChild("flatten", new Flatten());

  constructor(registers: boolean) {
    super([4], [2], 2, "s");
    if (registers) this.registerChild("fc", this.#fc);
  }

  override forward(x: Tensor): Tensor {
    return this.#fc.forward(this.flatten.forward(x));
  }
}

describe("a layer in a #private field", () => {
  it("is missed by an optimizer, a trainer, a file", () => {
    const model = new Secretive(false);
    const advice =
      /Layers have to be registered, this\.registerChild\(name, layer\) in the constructor.*#private fields/;
    expect(() => new SGD(model.parameters(), { lr: 1 })).toThrow(advice);
    const options = { epochs: 1, optimizer: { kind: "SGD", params: { lr: 1 } } } as const;
    const data = new Dataset({ name: "two", sampleShape: [4], x: new Float32Array(8), labels: [0, 1] });
    expect(() => new Trainer(model, data, options)).toThrow(
      /^Trainer: Secretive has no parameters; expected some to train\./,
    );
    expect(() => new Trainer(model, data, options)).toThrow(advice);
    expect(() => encodeModel(model)).toThrow(
      /^networkGraph: the operation \w+ reads a parameter of shape \[(4, 2|2)\] that is not registered, .*#private field\.$/,
    );
  });

  it("is like any other when it is registered", () => {
    const model = new Secretive(true);
    expect(model.parameters()).toHaveLength(2);
    expect(encodeModel(model).length).toBeGreaterThan(0);
  });
});
