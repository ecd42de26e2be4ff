/** snnTorch's Leaky: spikes and potentials, and gradients to the input and to all that it learns. */

import { expect, it } from "vitest";
import { SnnTorchLeaky } from "../../src/exchange/neurons/snntorch-leaky.js";
import { init } from "../../src/kernels/select.js";
import "../../src/ops/install.js";
import { at, stack } from "../../src/ops/slice.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose } from "../closeness.js";
import { readLeakyCases, type GoldenArray, type LeakyCase } from "./read-golden.js";

const cases = readLeakyCases();

const of = ({ data, shape }: GoldenArray): Tensor => tensor(data, shape);
const listOf = (value: unknown): number[] => (Array.isArray(value) ? (value as number[]) : [value as number]);
const shapeOf = (value: unknown): number[] => (Array.isArray(value) ? [value.length] : []);

function leaky({ beta, threshold, graded, ...golden }: LeakyCase): SnnTorchLeaky {
  const { resetMechanism, resetDelay, surrogate, alpha } = golden;
  const neuron = new SnnTorchLeaky({
    resetMechanism, resetDelay, surrogate, alpha,
    betaShape: shapeOf(beta), thresholdShape: shapeOf(threshold),
    learnBeta: true, learnThreshold: true, learnGradedSpikesFactor: true,
  }); // prettier-ignore
  const entry = (value: unknown) => ({ shape: shapeOf(value), data: listOf(value) });
  const arrays = { beta: entry(beta), threshold: entry(threshold), graded_spikes_factor: entry(graded) };
  neuron.loadStateDict(arrays, { strict: false });
  return neuron;
}

describeBackends("Leaky of snnTorch", (backend) => {
  it.each(cases.map((golden, i) => [i, golden] as const))(
    "case %i, step by step and at once",
    async (_, golden) => {
      await init({ backend, threads: 1 });
      for (const stepMode of ["s", "m"] as const) {
        const neuron = leaky(golden);
        neuron.stepMode = stepMode;
        neuron.storeVSeq = true;
        const x = of(golden.x);
        x.requiresGrad = true;
        const [T] = golden.x.shape;
        const vs: number[] = [];
        const steps = (): Tensor =>
          stack(
            Array.from({ length: T }, (__, t) => {
              const y = neuron.forward(at(x, t));
              vs.push(...neuron.v.data);
              return y;
            }),
          );
        const y = stepMode === "m" ? neuron.forward(x) : steps();
        expect([...y.data]).toEqual([...golden.y.data]);
        expectClose(neuron.vSeq?.data ?? vs, golden.v.data, 1e-6, { floor: 1, what: "v" });
        y.mul(of(golden.grad_output))
          .sum()
          .add(neuron.v.mul(of(golden.grad_v_last)).sum())
          .backward();
        const { beta, threshold, graded_spikes_factor: graded } = neuron.arrays;
        const gradients: [string, Tensor, GoldenArray][] = [
          ["x", x, golden.grad_x],
          ["beta", beta, golden.grad_beta],
          ["threshold", threshold, golden.grad_threshold],
          ["graded_spikes_factor", graded, golden.grad_graded],
        ];
        for (const [what, { grad }, expected] of gradients)
          expectClose(grad?.data ?? [], expected.data, 1e-5, { floor: 1, what });
      }
    },
  );
});
