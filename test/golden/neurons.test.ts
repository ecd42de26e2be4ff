/**
 * The neurons against the PyTorch reference: y and v to the bit after every step; dL/dx within 1e-5 and
 * dL/dtheta within 1e-4 of their size. A dL/dx below 0.01 counts as 0.01: 1e-7 is one float32 rounding of a term
 * of size 1, and the incoming gradients are of that size and cancel.
 */

import { beforeAll, describe, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import type { StepMode } from "../../src/module/module.js";
import type { AdaptiveThresholdNode } from "../../src/neurons/adaptive-threshold-node.js";
import { ATIF, MultiStepATIF } from "../../src/neurons/atif.js";
import type { NodeBackend } from "../../src/neurons/base-node.js";
import { IFSRL } from "../../src/neurons/ifsrl.js";
import "../../src/ops/install.js";
import { scope } from "../../src/tensor/scope.js";
import { tensor, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";
import { expectClose, expectSameBits } from "../closeness.js";
import { readGolden, type GoldenArray } from "./read-golden.js";

const DX = 1e-5;
const DX_FLOOR = 1e-2;
const DTHETA = 1e-4;

type Factory = (alpha: number, stepMode: StepMode) => AdaptiveThresholdNode;

const atif: Factory = (alpha, stepMode) =>
  stepMode === "s" ? new ATIF({ alpha }) : new MultiStepATIF({ alpha });
const ifsrl: Factory = (alpha, stepMode) => Object.assign(new IFSRL({ alpha }), { stepMode });

interface Trace {
  /** [T, ...] */
  y: Tensor;
  /** After every step, [T, ...] */
  v: Float32Array;
}

/** Runs all steps, in one call or in T calls. */
function run(node: AdaptiveThresholdNode, x: Tensor): { outputs: Tensor[]; trace: Trace["v"] } {
  if (node.stepMode === "m") {
    node.storeVSeq = true;
    const y = node.forward(x);
    return { outputs: [y], trace: node.vSeq?.toArray() ?? new Float32Array() };
  }
  const outputs: Tensor[] = [];
  const trace: number[] = [];
  for (let t = 0; t < x.shape[0]; t++) {
    outputs.push(node.forward(x.at(t)));
    trace.push(...node.v.toArray());
  }
  return { outputs, trace: Float32Array.from(trace) };
}

/** sum(w * y), from outputs of all steps or one tensor per step */
function weighted(outputs: readonly Tensor[], w: Tensor): Tensor {
  if (outputs.length === 1 && outputs[0].rank === w.rank) return outputs[0].mul(w).sum();
  return outputs.map((y, t) => y.mul(w.at(t)).sum()).reduce((sum, each) => sum.add(each));
}

function arrayOf(outputs: readonly Tensor[]): Float32Array {
  return Float32Array.from(outputs.flatMap((y) => [...y.toArray()]));
}

function leaf({ data, shape }: GoldenArray): Tensor {
  return tensor(data, shape, { requiresGrad: true });
}

describeBackends("golden neurons", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    describe.each<StepMode>(["s", "m"])("step mode %s", (stepMode) => {
      it.each([
        ["atif", atif],
        ["ifsrl", ifsrl],
      ] as const)("%s", (file, create) => {
        const { cases } = readGolden(file);
        expect(cases.length).toBe(8);
        for (const [i, golden] of cases.entries()) {
          const what = (name: string): string => `${file} case ${i}: ${name}`;
          scope(() => {
            const node = create(golden.alpha, stepMode);
            node.backend = nodeBackend;
            node.setCoeffs(golden.v_threshold);
            const x = leaf(golden.x);
            const { outputs, trace } = run(node, x);
            expectSameBits(arrayOf(outputs), golden.y.data, what("y"));
            expectSameBits(trace, golden.v.data, what("v"));
            weighted(outputs, tensor(golden.grad_output.data, golden.grad_output.shape)).backward();
            expectClose(x.grad?.data ?? [], golden.grad_x.data, DX, { floor: DX_FLOOR, what: what("dx") });
            expectClose(node.getCoeffs().grad?.data ?? [], [golden.grad_threshold], DTHETA, {
              what: what("dtheta"),
            });
          });
        }
      });

      it("atif with a gradient into the last state", () => {
        const { cases } = readGolden("atif_state_grad");
        expect(cases.length).toBe(2);
        for (const [i, golden] of cases.entries()) {
          const what = (name: string): string => `atif_state_grad case ${i}: ${name}`;
          scope(() => {
            const node = atif(golden.alpha, stepMode);
            node.backend = nodeBackend;
            node.setCoeffs(golden.v_threshold);
            const x = leaf(golden.x);
            const { outputs } = run(node, x);
            expectSameBits(arrayOf(outputs), golden.y.data, what("y"));
            expectSameBits(node.v.toArray(), golden.v_last.data, what("v"));
            const { grad_output: w, grad_v_last: wv } = golden;
            weighted(outputs, tensor(w.data, w.shape))
              .add(node.v.mul(tensor(wv.data, wv.shape)).sum())
              .backward();
            expectClose(x.grad?.data ?? [], golden.grad_x.data, DX, { floor: DX_FLOOR, what: what("dx") });
            expectClose(node.getCoeffs().grad?.data ?? [], [golden.grad_threshold], DTHETA, {
              what: what("dtheta"),
            });
          });
        }
      });
    });
  });
});
