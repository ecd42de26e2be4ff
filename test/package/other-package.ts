/**
 * A package of somebody else's, as its three files: it brings a neuron, a layer and the types of both. Here it is
 * written, compiled against the installed library and packed; package.test.ts installs it beside the library.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const compilerOptions = {
  strict: true,
  exactOptionalPropertyTypes: true,
  module: "NodeNext",
  target: "ES2022",
  types: [],
  lib: ["ES2023", "DOM"],
};

const manifest = {
  name: "atif-other",
  version: "1.0.0",
  type: "module",
  exports: { types: "./index.d.ts", default: "./index.js" },
  files: ["index.js", "index.d.ts"],
  peerDependencies: { atif: "*" },
};

const source = `import {
  AutogradFunction, BaseNode, defineLayer, defineNeuron, Module, ones, Parameter, schema, ShapeError, sigmoidSurrogate,
  type FunctionContext, type NeuronTraits, type NodeBackend, type StepMode, type Tensor,
} from "atif";

export interface LeakyFireOptions { decay?: number; slope?: number }
export interface GainsOptions { channels: number; start?: number }

declare module "atif" {
  interface NeuronParams { LeakyFire: LeakyFireOptions }
  interface LayerArguments { Gains: GainsOptions }
}

/** z = [u >= 1], v = u - z; the slope of z is that of a sigmoid. */
class FireAndReset extends AutogradFunction {
  static forward(ctx: FunctionContext & { slope?: number }, u: Tensor, slope: number): [z: Tensor, v: Tensor] {
    ctx.saveForBackward(u);
    ctx.slope = slope;
    const z = u.sub(1).data.map((q) => (q >= 0 ? 1 : 0));
    const spikes = u.mul(0);
    spikes.data.set(z);
    return [spikes, u.sub(spikes)];
  }

  static backward(ctx: FunctionContext & { slope?: number }, gz: Tensor | null, gv: Tensor | null): [Tensor | null, null] {
    const slope = ctx.slope ?? 1;
    const s = ctx.savedTensors[0]!.sub(1).mul(4 * slope).sigmoid();
    const tangent = s.mul(s.neg().add(1)).mul(4 * slope);
    const throughSpikes = gz === null ? gv?.neg() : gv === null ? gz : gz.sub(gv);
    const dz = throughSpikes?.mul(tangent) ?? null;
    return [gv === null ? dz : dz === null ? gv : gv.add(dz), null];
  }
}

/** u = decay v + x */
export class LeakyFire extends BaseNode {
  readonly decay: number;
  readonly slope: number;

  constructor({ decay, slope }: Required<LeakyFireOptions>, stepMode: StepMode = "s") {
    super({ vReset: null, surrogateFunction: sigmoidSurrogate(4 * slope), backend: "eager", stepMode });
    this.decay = decay;
    this.slope = slope;
  }

  get theta(): number {
    return 1;
  }

  get supportedBackends(): readonly NodeBackend[] {
    return ["eager"];
  }

  protected override get ownTraits(): NeuronTraits {
    return { kind: "LeakyFire", spikeHeight: "one", threshold: "fixed", staircase: false };
  }

  charged(x: Tensor, v: Tensor): Tensor {
    return v.mul(this.decay).add(x);
  }

  protected step(x: Tensor, v: Tensor | null): { y: Tensor; v: Tensor } {
    const [y, left] = FireAndReset.apply(v === null ? x : this.charged(x, v), this.slope);
    return { y, v: left };
  }

  protected unroll(): never {
    throw new Error("LeakyFire has no kernel");
  }
}

defineNeuron<LeakyFireOptions, LeakyFire, Required<LeakyFireOptions>>("LeakyFire", {
  summary: "leaky, with a soft reset",
  classes: [LeakyFire],
  schema: {
    fields: {
      decay: schema.withDefault(schema.float32({ from: 0, to: 1 }), 0.5, "What is left of v after a step."),
      slope: schema.withDefault(schema.float32({ above: 0 }), 1, "The largest slope of the surrogate."),
    },
  },
  create: (options, stepMode) => new LeakyFire(options, stepMode),
  options: ({ decay, slope }) => ({ decay, slope }),
});

/** y = gain x, a gain per channel. */
export class Gains extends Module {
  readonly gain: Parameter;
  readonly channels: number;

  constructor({ channels, start }: Required<GainsOptions>) {
    super();
    this.channels = channels;
    this.gain = this.registerParameter("gain", new Parameter(ones([channels]).mul(start)));
  }

  forward(x: Tensor): Tensor {
    return x.mul(this.gain);
  }
}

defineLayer<"Gains", Required<GainsOptions>>("Gains", {
  layer: Gains,
  schema: {
    fields: {
      channels: schema.required(schema.whole(1), "Of the map."),
      start: schema.withDefault(schema.float32(), 1, "Every gain before training."),
    },
  },
  create: (options) => new Gains(options),
  options: (layer) => ({ channels: (layer as Gains).channels, start: 1 }),
  outputShape({ channels }, [input], where) {
    if (input?.at(-1) === channels) return input;
    throw new ShapeError(where + " gets " + String(input?.at(-1)) + " channels; expected " + channels + ".");
  },
  weights: ({ channels }) => channels,
  operations: (_options, _inputs, output) => ({ macs: output.reduce((n, length) => n * length, 1), adds: 0 }),
});
`;

/** What a user of both packages may write, and may not. */
export const typedUse = `import { GraphModel, SMLP, type LayerSpec, type NeuronSpec } from "atif";
import { Gains, LeakyFire } from "atif-other";

const neuron: NeuronSpec = { kind: "LeakyFire", params: { decay: 0.25 } };
const layers: LayerSpec[] = [
  { name: "gains", kind: "Gains", options: { channels: 4 } },
  { name: "fire", kind: "LeakyFire", options: { slope: 2 } },
];
// @ts-expect-error not an option of LeakyFire
const wrongNeuron: NeuronSpec = { kind: "LeakyFire", params: { tau: 2 } };
// @ts-expect-error channels is needed
const wrongLayer: LayerSpec = { name: "gains", kind: "Gains", options: { start: 2 } };
// @ts-expect-error a kind that nobody has declared
const noLayer: LayerSpec = { name: "gains", kind: "Gain", options: {} };
export const models = [
  new GraphModel({ inputShape: [4], outputShape: [4], timesteps: 2, layers }),
  new SMLP({ inputShape: [4], outputShape: [2], units: [3], neuron: { kind: "LeakyFire" }, timesteps: 2 }),
];
export const classes: [typeof Gains, typeof LeakyFire] = [Gains, LeakyFire];
export { neuron, noLayer, wrongLayer, wrongNeuron };
`;

/** Trains, stores and inspects; prints what it saw. */
export const train = `import * as atif from "atif";
import { Gains, LeakyFire } from "atif-other";

await atif.init({ threads: 1 });
atif.manualSeed(3);
const { train, test } = await atif.loadDigits();
const neuron = { kind: "LeakyFire", params: { decay: 0.25 } };
const shapes = { inputShape: [8, 8, 1], outputShape: [10], timesteps: 3 };
const models = {
  graph: new atif.GraphModel({
    ...shapes,
    layers: [
      { name: "conv", kind: "Conv2d", options: { inChannels: 1, outChannels: 4, kernelSize: 3 } },
      { name: "gains", kind: "Gains", options: { channels: 4, start: 2 } },
      { name: "fire", kind: "LeakyFire", options: { decay: 0.75 } },
      { name: "pool", kind: "MaxPool2d", options: { kernelSize: 2 } },
      { name: "flat", kind: "Flatten" },
      { name: "fc", kind: "Linear", options: { inFeatures: 36, outFeatures: 10 } },
    ],
  }),
  scnn: new atif.SCNN({
    ...shapes, filters: [4], kernelSizes: [3], paddings: [1], strides: [1], poolSizes: [2], fcUnits: [], neuron, stepMode: "m",
  }),
  smlp: new atif.SMLP({ ...shapes, units: [16], neuron }),
};

const few = train.batch(Array.from({ length: 2 }, (_, i) => i));
const seen = {};
for (const [name, model] of Object.entries(models)) {
  const optimizer = new atif.Adam(model.parameters(), { lr: 0.02 });
  const losses = [];
  for (const batch of train.batches({ batchSize: 32 })) {
    atif.scope(() => {
      optimizer.zeroGrad();
      const loss = atif.crossEntropy(model.run(atif.tensor(batch.x, batch.shape)), batch.labels);
      loss.backward();
      optimizer.step();
      losses.push(loss.item());
    });
  }
  const neurons = model.neurons();
  const activity = atif.recordActivity(model, atif.tensor(few.x.slice(0, 64), [1, 8, 8, 1]));
  await atif.saveModel(name + ".safetensors", model, { dataset: "digits" });
  seen[name] = {
    first: losses[0],
    last: losses.at(-1),
    grads: model.parameters().filter(({ grad }) => grad === null).length,
    own: neurons.every((each) => each instanceof LeakyFire),
    decays: neurons.map(({ decay }) => decay),
    activity: activity.layers.map(({ kind, shape }) => [kind, shape]),
    inspected: (await atif.inspectLayers(model, test)).map(({ kind, spikeHeight, unevenness }) => [kind, spikeHeight, unevenness]),
    layers: atif.networkLayers(model).map(({ name: layer, kind, outputShape, parameters }) => [layer, kind, outputShape, parameters]),
    nodes: atif.networkGraph(model).nodes.map(({ kind }) => kind),
    bits: Buffer.from(atif.noGrad(() => model.eval().run(atif.tensor(few.x, few.shape))).toArray().buffer).toString("hex"),
  };
}
seen.gainsKind = atif.networkGraph(models.graph).nodes[2].module instanceof Gains;
console.log(JSON.stringify(seen));
`;

/** Reads what train.mjs stored, in another process. */
export const load = `import * as atif from "atif";
import "atif-other";

await atif.init({ threads: 1 });
const { train } = await atif.loadDigits();
const few = train.batch(Array.from({ length: 2 }, (_, i) => i));
const bits = {};
for (const name of ["graph", "scnn", "smlp"]) {
  const model = await atif.loadModel(name + ".safetensors");
  bits[name] = Buffer.from(atif.noGrad(() => model.eval().run(atif.tensor(few.x, few.shape))).toArray().buffer).toString("hex");
}
console.log(JSON.stringify(bits));
`;

/** The same without the package: what a stranger to it is told. */
export const loadWithout = `import { decodeModel, init } from "atif";
import { readFileSync } from "node:fs";

await init({ threads: 1 });
const messages = ["graph", "scnn"].map((name) => {
  try {
    decodeModel(readFileSync(name + ".safetensors"), name);
    return "loaded";
  } catch (error) {
    return error.name + ": " + error.message;
  }
});
console.log(JSON.stringify(messages));
`;

/** Writes the sources into a folder below the user's, where the library is found. */
export function writeOtherPackage(folder: string): string {
  const own = join(folder, manifest.name);
  mkdirSync(own);
  writeFileSync(join(own, "package.json"), JSON.stringify(manifest));
  writeFileSync(join(own, "index.ts"), source);
  writeFileSync(
    join(own, "tsconfig.json"),
    JSON.stringify({
      compilerOptions: { ...compilerOptions, declaration: true, noUncheckedIndexedAccess: true },
      files: ["index.ts"],
    }),
  );
  return own;
}
