/**
 * The neurons against the PyTorch reference, and against its twin in generate/: every atif*.json and ifsrl*.json of this
 * folder. y and v to the bit after every step; dL/dx and dL/dv0 within 1e-5 and dL/dtheta within 1e-4 of their size. A dL/dx below 0.01 counts as 0.01: 1e-7 is one float32 rounding of a term
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
import { goldenFiles, readCases, type GoldenArray } from "./read-golden.js";

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

const files = [
  ...goldenFiles("atif").map((file) => [file, atif] as const),
  ...goldenFiles("ifsrl").map((file) => [file, ifsrl] as const),
];

it("has the files of the reference, whole", () => {
  const sizes = Object.fromEntries(files.map(([file]) => [file, readCases(file).length]));
  expect(sizes).toMatchObject({ atif: 8, ifsrl: 8, atif_state_grad: 2 });
  expect(Math.min(...Object.values(sizes))).toBeGreaterThan(0);
});

describeBackends("golden neurons", (backend) => {
  beforeAll(() => init({ backend }));

  describe.each<NodeBackend>(["fused", "eager"])("%s", (nodeBackend) => {
    describe.each<StepMode>(["s", "m"])("step mode %s", (stepMode) => {
      it.each(files)("y and v to the bit, and the gradients: %s", (file, create) => {
        for (const [i, golden] of readCases(file).entries()) {
          const what = (name: string): string => `${file} case ${i}: ${name}`;
          scope(() => {
            const node = create(golden.alpha, stepMode);
            node.backend = nodeBackend;
            node.detachReset = golden.detach_reset ?? false;
            node.setCoeffs(golden.v_threshold);
            const v0 = golden.v0 === undefined ? null : leaf(golden.v0);
            if (v0 !== null) node.v = v0;
            const x = leaf(golden.x);
            const { outputs, trace } = run(node, x);
            expectSameBits(arrayOf(outputs), golden.y.data, what("y"));
            expect(golden.v ?? golden.v_last, what("v or v_last")).toBeDefined();
            if (golden.v !== undefined) expectSameBits(trace, golden.v.data, what("v"));
            if (golden.v_last !== undefined) {
              expectSameBits(node.v.toArray(), golden.v_last.data, what("v_last"));
            }
            const { grad_output: w, grad_v_last: wv } = golden;
            const loss = weighted(outputs, tensor(w.data, w.shape));
            (wv === undefined ? loss : loss.add(node.v.mul(tensor(wv.data, wv.shape)).sum())).backward();
            expectClose(x.grad?.data ?? [], golden.grad_x.data, DX, { floor: DX_FLOOR, what: what("dx") });
            expectClose(node.getCoeffs().grad?.data ?? [], [golden.grad_threshold], DTHETA, {
              what: what("dtheta"),
            });
            expect(golden.grad_v0 === undefined, what("grad_v0 without v0")).toBe(v0 === null);
            expectClose(v0?.grad?.data ?? [], golden.grad_v0?.data ?? [], DX, {
              floor: DX_FLOOR,
              what: what("dv0"),
            });
          });
        }
      });
    });
  });
});
