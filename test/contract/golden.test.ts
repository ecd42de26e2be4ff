/** The kernels of every backend against what the PyTorch reference computed (test/golden/README.md). */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { createReferenceBackend } from "../../src/kernels/reference/backend.js";
import { createWasmBackend } from "../../src/kernels/wasm/backend.js";
import { Generator } from "../../src/random/generator.js";
import { Arrays } from "./arguments.js";
import type { Case, Tolerance } from "./arguments.js";
import { call } from "./call.js";
import { difference } from "./compare.js";

const backends: Backend[] = [await createReferenceBackend(1), await createWasmBackend(1)];

/** Row-major; what JSON cannot hold is a string: "NaN", "Infinity", "-Infinity", "-0". */
interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

interface SurrogateCase {
  readonly alpha: number;
  readonly x: Stored;
  readonly grad_output: Stored;
  readonly y: Stored;
  readonly grad_x: Stored;
}

interface NeuronCase extends SurrogateCase {
  readonly T: number;
  readonly v_threshold: number;
  /** After every step; atif_state_grad.json has the last alone, and the gradient that comes into it. */
  readonly v?: Stored;
  readonly v_last?: Stored;
  readonly grad_v_last?: Stored;
  readonly grad_threshold: number;
}

function read<Content>(name: string): Content {
  return JSON.parse(readFileSync(new URL(`../golden/${name}.json`, import.meta.url), "utf8")) as Content;
}

function floats({ data }: Stored): Float32Array {
  return Float32Array.from(data, Number);
}

/** An independent description of every array, none aligned alike. */
const arrays = new Arrays(new Generator(0));

const GRADIENT: Tolerance = { relative: 1e-5, because: "PyTorch's exp is another" };
const LONG_SUM: Tolerance = { relative: 1e-4, because: "a sum over all elements and steps" };

/** Runs one kernel and compares its outputs, by name. */
function expectOutputs<Name extends KernelName>(
  backend: Backend,
  name: Name,
  args: Case<Name>["args"],
  expected: Readonly<Record<string, [Float32Array, Tolerance]>>,
): void {
  const { outputs, violations } = call(backend, name, { label: "golden", args });
  expect(violations).toEqual([]);
  for (const [output, [values, tolerance]] of Object.entries(expected)) {
    const actual = outputs.get(output) ?? new Float32Array(0);
    expect(`${output}: ${difference(actual, values, tolerance, 0) ?? "as stored"}`).toBe(
      `${output}: as stored`,
    );
  }
}

describe.each(backends.map((backend) => ({ name: backend.name, backend })))(
  "golden on $name",
  ({ backend }) => {
    it("heaviside", () => {
      const stored = read<{ x: Stored; y: Stored }>("heaviside");
      const [x, y] = [floats(stored.x), floats(stored.y)];
      expect(x).toHaveLength(64);
      expectOutputs(backend, "heaviside", [arrays.output("y", 64), arrays.input("x", x), 64], {
        y: [y, "bits"],
      });
    });

    const surrogates = read<{ cases: SurrogateCase[] }>("spike_function_sigmoid").cases;
    it.each(surrogates)("spike_function_sigmoid, alpha = $alpha", ({ alpha, x, grad_output, y, grad_x }) => {
      const n = x.data.length;
      const input = arrays.input("x", floats(x));
      expectOutputs(backend, "heaviside", [arrays.output("y", n), input, n], { y: [floats(y), "bits"] });
      expectOutputs(
        backend,
        "sigmoidSurrogateBackward",
        [arrays.output("dx", n), arrays.input("g", floats(grad_output)), input, alpha, n],
        { dx: [floats(grad_x), GRADIENT] },
      );
    });

    const neurons = (["atif", "atif_state_grad", "ifsrl"] as const).flatMap((file) =>
      read<{ cases: NeuronCase[] }>(file).cases.map((stored, i) => ({ file, i, stored })),
    );
    it.each(neurons)("$file $i", ({ file, stored }) => {
      const { T, alpha } = stored;
      const x = floats(stored.x);
      const n = x.length / T;
      const scaled = file !== "ifsrl";
      const theta = arrays.input("theta", Float32Array.of(stored.v_threshold));
      const v = stored.v === undefined ? undefined : floats(stored.v);
      const vLast = stored.v_last === undefined ? v?.slice(-n) : floats(stored.v_last);
      if (vLast === undefined) throw new Error(`${file} has no v`);
      expectOutputs(
        backend,
        "atifForward",
        [
          arrays.output("y", T * n),
          arrays.output("v", n),
          arrays.output("vSeq", T * n),
          arrays.input("x", x),
          null,
          theta,
          T,
          n,
          scaled,
          false,
        ],
        {
          y: [floats(stored.y), "bits"],
          v: [vLast, "bits"],
          ...(v === undefined ? {} : { vSeq: [v, "bits"] as [Float32Array, Tolerance] }),
        },
      );
      const incoming = stored.grad_v_last === undefined ? new Float32Array(n) : floats(stored.grad_v_last);
      expectOutputs(
        backend,
        "atifBackward",
        [
          arrays.output("dx", T * n),
          arrays.inPlace("dv", incoming),
          arrays.output("dtheta", 1),
          arrays.input("gy", floats(stored.grad_output)),
          arrays.input("x", x),
          null,
          theta,
          T,
          n,
          alpha,
          scaled,
          false,
          false,
        ],
        {
          dx: [floats(stored.grad_x), GRADIENT],
          dtheta: [Float32Array.of(stored.grad_threshold), LONG_SUM],
        },
      );
    });
  },
);
