/** The C in float32 numbers gives the library's spikes where no rounding decides, and its logits; and says what it cannot do. */

import { spawnSync } from "node:child_process";
import { beforeAll, describe, expect, it } from "vitest";
import { exportC } from "../../src/deployment/c/export-c.js";
import { compileFloat } from "../../src/deployment/float/compile-float.js";
import { FloatModel } from "../../src/deployment/float/float-model.js";
import { libraryRun } from "../../src/deployment/float/library-run.js";
import { foldThresholds } from "../../src/deployment/fold-thresholds.js";
import { init } from "../../src/kernels/select.js";
import { networkGraph } from "../../src/models/network-graph.js";
import type { SpikingModel } from "../../src/models/spiking-model.js";
import { neuronKinds, neuronSpecOf } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { runNetworks } from "./many-networks.js";
import { randomNetwork, randomSamples } from "./random-networks.js";

const compiler = ["gcc", "clang"].find((each) => spawnSync(each, ["--version"]).status === 0);
if (compiler === undefined)
  console.warn("######## SKIPPED: C in float32 numbers: there is no compiler. ########");

const SAMPLES = 3;
const STEPS = 4;

interface Tried {
  readonly model: SpikingModel;
  /** One after the other, of each sample and time step. */
  readonly inputs: readonly (readonly Float32Array[])[];
  readonly isStill: boolean;
}

function tried(seed: number): Tried {
  const drawn = randomNetwork(seed);
  const model = seed % 5 === 0 ? foldThresholds(drawn).model : drawn;
  const isStill = seed % 2 === 0;
  const count = isStill ? 1 : STEPS;
  const { x } = randomSamples(model, seed, SAMPLES * count, 1);
  const size = x.length / SAMPLES / count;
  const at = (i: number): Float32Array => Float32Array.from(x.slice(i * size, (i + 1) * size));
  const inputs = Array.from({ length: SAMPLES }, (_, n) => {
    if (isStill) return new Array<Float32Array>(model.timesteps).fill(at(n));
    return Array.from({ length: STEPS }, (__, t) => at(n * STEPS + t));
  });
  return { model, inputs, isStill };
}

/** What the C of all networks gives. */
function run(networks: readonly Tried[], form: "events" | "dense"): Float32Array {
  const all = networks.map(({ model, inputs }, i) => {
    const name = `n${i}`;
    return { name, files: exportC(model, { name, width: "float32", form }), inputs };
  });
  return new Float32Array(runNetworks(all, compiler ?? "", ["-O0"]));
}

const joined = (steps: readonly Float32Array[]): Float32Array =>
  Float32Array.from(steps.flatMap((step) => [...step]));

const seeds = Array.from({ length: Number(process.env.ATIF_SEEDS ?? 25) }, (_, i) => i);

describe("C in float32 numbers", () => {
  beforeAll(() => init({ backend: "wasm", threads: 1 }));

  it.skipIf(compiler === undefined).each(["events", "dense"] as const)(
    "gives the library's spikes outside ties, and its logits: %s",
    (form) => {
      const networks = seeds.filter((seed) => form === "events" || seed % 5 === 3).map(tried);
      const given = run(networks, form);
      let at = 0;
      const counts = { samples: 0, ties: 0, spikes: 0, fired: 0 };
      for (const [i, { model, inputs, isStill }] of networks.entries()) {
        const float = compileFloat("test", networkGraph(model));
        const check = new FloatModel(float);
        for (const steps of inputs) {
          const library = libraryRun(model, float, isStill ? steps[0] : joined(steps));
          const sums = new Float64Array(library.logits.length);
          const differing: string[] = [];
          let ties = 0;
          check.reset();
          for (const [t, x] of steps.entries()) {
            check.step(x);
            ties += check.ties.length;
            for (const [layer, { kind, shape, layer: name }] of float.layers.entries()) {
              const size = shape.reduce((product, length) => product * length, 1);
              const own = given.subarray(at, (at += size));
              if (layer === float.layers.length - 1) own.forEach((value, k) => (sums[k] += value));
              if (kind !== "neuron") continue;
              const expected = library.spikes.get(layer)?.[t] ?? [];
              own.forEach((value, k) => {
                if (value !== 0) counts.fired++;
                if (value !== expected[k])
                  differing.push(`${name}[${k}], step ${t}: ${value}, not ${expected[k]}`);
              });
              counts.spikes += size;
            }
          }
          counts.samples++;
          if (ties > 0) {
            counts.ties++;
            continue;
          }
          expect(differing.slice(0, 3), `network ${i}`).toEqual([]);
          library.logits.forEach((logit, k) => {
            const difference = Math.abs(sums[k] / steps.length - logit);
            expect(difference, `network ${i}`).toBeLessThanOrEqual(1e-5 * Math.max(1, Math.abs(logit)));
          });
        }
      }
      expect(at).toBe(given.length);
      // Few hang on rounding, and there is something to compare.
      expect(counts.ties).toBeLessThan(0.1 * counts.samples);
      expect(counts.fired / counts.spikes).toBeGreaterThan(0.1);
      expect(counts.fired / counts.spikes).toBeLessThan(0.9);
    },
  );

  it("is tried on every kind of neuron, hard and soft, and on every kind of layer", () => {
    const graphs = seeds.map((seed) => networkGraph(randomNetwork(seed)));
    const kinds = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ kind }) => kind)));
    for (const kind of [
      ...neuronKinds, "Conv1d", "Conv2d", "Linear", "BatchNorm1d", "BatchNorm2d", "MaxPool1d", "MaxPool2d", "AvgPool2d",
      "GlobalSumPool", "Add", "Flatten",
    ]) expect(kinds).toContain(kind); // prettier-ignore
    const neurons = seeds.flatMap((seed) => randomNetwork(seed).neurons().map(neuronSpecOf));
    const resets = neurons.map(
      ({ params }) => (params as { vReset?: number | null } | undefined)?.vReset ?? null,
    );
    for (const reset of [null, 0.125, -0.25]) expect(resets).toContain(reset);
  });
});
