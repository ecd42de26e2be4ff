/** Observers are told all that a neuron does, and change nothing. */

import { beforeAll, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import { chain, Runner } from "../../src/graph/run.js";
import { init } from "../../src/kernels/select.js";
import { BatchNorm2d } from "../../src/layers/batch-norm.js";
import { MaxPool2d } from "../../src/layers/pooling.js";
import type { StepMode } from "../../src/module/module.js";
import { MultiStepATIF } from "../../src/neurons/atif.js";
import type { BaseNode, NodeBackend } from "../../src/neurons/base-node.js";
import { observing, type NeuronObserver } from "../../src/neurons/observation.js";
import { createNeuron, neuronKinds, type NeuronSpec } from "../../src/neurons/table.js";
import "../../src/ops/install.js";
import { repeat } from "../../src/ops/slice.js";
import { Generator, manualSeed } from "../../src/random/generator.js";
import { memory } from "../../src/tensor/memory.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { trainStep } from "./train-step.js";

interface Seen {
  input: number[];
  output: number[];
  potential: number[] | null;
  shapes: (readonly number[] | undefined)[];
}

/** Writes down what it is told. */
function recorder(potentials: boolean): { observer: NeuronObserver; seen: Seen[] } {
  const seen: Seen[] = [];
  const list = (t: Tensor): number[] => [...t.toArray()];
  const observer: NeuronObserver = {
    potentials,
    seen: ({ input, output, potential }) => {
      const potentialOrNone = potential === null ? null : list(potential);
      expect(potential?.requiresGrad ?? false).toBe(false);
      const shapes = [input, output, potential].map((each) => each?.shape);
      seen.push({ input: list(input), output: list(output), potential: potentialOrNone, shapes });
    },
  };
  return { observer, seen };
}

function numbers(shape: readonly number[], seed: number): Tensor {
  const random = new Generator(seed);
  const size = shape.reduce((product, length) => product * length, 1);
  return tensor(
    Float32Array.from({ length: size }, () => random.normal() + 0.3),
    shape,
  );
}

/** A neuron of every kind in every mode, the same at every call. */
const made: [string, () => BaseNode][] = neuronKinds.flatMap((kind) =>
  (["s", "m"] as StepMode[]).flatMap((stepMode) =>
    (["fused", "eager"] as NodeBackend[]).map((backend): [string, () => BaseNode] => [
      `${kind}, ${stepMode}, ${backend}`,
      () => {
        manualSeed(4);
        return createNeuron({ kind, params: { backend } } as NeuronSpec, stepMode);
      },
    ]),
  ),
);

describeBackends("observed neurons", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(made)("%s: compute the same bits, forward and backward", (_, make) => {
    const alone = trainStep(make());
    for (const potentials of [false, true]) {
      const neuron = make();
      const { observer, seen } = recorder(potentials);
      expect(observing([neuron], () => observer, () => trainStep(neuron))).toEqual(alone); // prettier-ignore
      expect(seen.length).toBe(neuron.stepMode === "m" ? 1 : 6);
      expect(seen.flatMap(({ output }) => output)).toEqual(alone.y);
      expect(seen.every(({ potential }) => (potential !== null) === potentials)).toBe(true);
      expect([neuron.storeVSeq, neuron.vSeq]).toEqual([false, null]);
      seen.length = 0;
      trainStep(neuron);
      expect(seen).toEqual([]);
    }
  });

  it.each(made)("%s: show the input, the output and the potential after every step", (_, make) => {
    const [T, N, F] = [5, 2, 3];
    const x = numbers([T, N, F], 1);
    const [neuron, twin] = [make(), make()];
    const { observer, seen } = recorder(true);
    const steps = Array.from({ length: T }, (_, t) => x.at(t));
    const run = (): unknown =>
      neuron.stepMode === "m" ? neuron.forward(x) : steps.map((step) => neuron.forward(step));
    observing([neuron], () => observer, run);
    twin.storeVSeq = true;
    const potentials: number[] = [];
    const outputs: number[] = [];
    for (const each of twin.stepMode === "m" ? [x] : steps) {
      outputs.push(...twin.forward(each).toArray());
      potentials.push(...(twin.vSeq ?? twin.v).toArray());
    }
    expect(seen.flatMap(({ input }) => input)).toEqual([...x.toArray()]);
    expect(seen.flatMap(({ output }) => output)).toEqual(outputs);
    expect(seen.flatMap(({ potential }) => potential)).toEqual(potentials);
    const shape = neuron.stepMode === "m" ? [T, N, F] : [N, F];
    for (const { shapes } of seen) expect(shapes).toEqual([shape, shape, shape]);
  });

  it("show a still input at all of its steps", () => {
    for (const nodeBackend of ["fused", "eager"] as const) {
      const neuron = new MultiStepATIF({ backend: nodeBackend });
      const x = numbers([2, 3], 2);
      const { observer, seen } = recorder(true);
      const y = observing([neuron], () => observer, () => neuron.forwardStill(x, 4)); // prettier-ignore
      expect(seen.length).toBe(1);
      expect(seen[0].input).toEqual([...repeat(x, 4).toArray()]);
      expect(seen[0].output).toEqual([...y.toArray()]);
      expect(seen[0].shapes).toEqual([
        [4, 2, 3],
        [4, 2, 3],
        [4, 2, 3],
      ]);
    }
  });

  it("are never left out by a kernel of their neighbours, which gives the same bits otherwise", () => {
    const norm = new BatchNorm2d(32);
    const neuron = new MultiStepATIF({ vThreshold: 0.5 });
    const layers = [norm, neuron, new MaxPool2d(2)];
    for (const layer of layers) layer.stepMode = "m";
    norm.eval();
    const runner = new Runner(chain(layers));
    const run = (x: Tensor, T: number | null): number[] => {
      neuron.reset();
      const y = noGrad(() => (T === null ? runner.forward(x) : runner.sumOverTime(x, T, "m")));
      return [...y.toArray()];
    };
    const cases: [Tensor, number | null][] = [
      [numbers([3, 1, 4, 4, 32], 3), null],
      [numbers([24, 8, 8, 32], 3), 3],
    ];
    for (const [x, T] of cases) {
      const { observer, seen } = recorder(false);
      const fused = run(x, T);
      expect(observing([neuron], () => observer, () => run(x, T))).toEqual(fused); // prettier-ignore
      expect(seen.length).toBe(1);
      // Four windows make one output each: what is before the pooling was made.
      expect(seen[0].output.length).toBe(4 * fused.length * (T ?? 1));
      run(x, T);
      expect(seen.length).toBe(1);
    }
  });

  it("tell everybody who looks, each until its own end, also after an error", () => {
    const [a, b] = [new MultiStepATIF(), new MultiStepATIF()];
    const x = numbers([2, 3], 4);
    const told: string[] = [];
    const observerOf =
      (name: string) =>
      (_: BaseNode, place: number): NeuronObserver => ({ seen: () => told.push(`${name}${place}`) });
    const failing = (): void =>
      observing([a, b], observerOf("outer"), () => {
        observing([b], observerOf("inner"), () => void b.forward(x));
        a.forward(x);
        throw new Error("enough");
      });
    expect(failing).toThrow("enough");
    a.forward(x);
    b.forward(x);
    expect(told).toEqual(["outer1", "inner0", "outer0"]);
  });

  it("leave no memory behind", () => {
    const neuron = new MultiStepATIF();
    const x = numbers([3, 1000], 5);
    const { observer } = recorder(true);
    const round = (): number => {
      scope(() => {
        neuron.reset();
        observing([neuron], () => observer, () => neuron.forward(x)); // prettier-ignore
      });
      return memory().liveBytes;
    };
    round();
    const live = round();
    expect([round(), round()]).toEqual([live, live]);
  });
});
