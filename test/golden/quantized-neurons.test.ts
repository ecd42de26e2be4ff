/** Quantized neurons of the reference, replayed step by step: outputs, potentials, ranges, and constants that drift. */

import { readFileSync } from "node:fs";
import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { IFNode } from "../../src/neurons/if-node.js";
import { LIFNode } from "../../src/neurons/lif-node.js";
import "../../src/ops/install.js";
import { QuantizedATIF } from "../../src/quantization/quantized-atif.js";
import { QuantizedIFNode } from "../../src/quantization/quantized-if-node.js";
import { QuantizedLIFNode } from "../../src/quantization/quantized-lif-node.js";
import type { QuantParams } from "../../src/quantization/quantizer-options.js";
import type { Quantizer } from "../../src/quantization/quantizer.js";
import { tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

interface StoredRange {
  readonly global_max: number;
  readonly q: number;
}

interface Step {
  readonly out: readonly number[];
  readonly v: readonly number[];
  readonly v_threshold?: number | readonly number[];
  readonly v_reset?: number;
  readonly tau?: number;
  readonly quantizer_input: StoredRange;
  readonly quantizer_v: StoredRange;
  readonly quantizer_act: StoredRange;
}

interface Result {
  readonly train: readonly Step[];
  readonly eval_after_train: readonly Step[];
}

interface Case {
  readonly node: "IFNode" | "LIFNode" | "QuantizedIFNode" | "QuantizedLIFNode";
  readonly quant_params?: Readonly<Record<string, unknown>>;
  readonly v_threshold: number;
  readonly v_reset: number | null;
  readonly tau?: number;
  readonly decay_input?: boolean;
  readonly steps?: readonly Step[];
  readonly result?: Result;
}

interface AtifCase {
  readonly quant_params: Readonly<Record<string, unknown>>;
  readonly repair: "upstream" | "quantized" | "raw";
  readonly v_threshold: number;
  readonly result: Result;
}

const golden = JSON.parse(readFileSync(new URL("quantized_neurons.json", import.meta.url), "utf8")) as {
  readonly x: readonly (readonly number[])[];
  readonly cases: readonly Case[];
  readonly quantized_atif: readonly AtifCase[];
};

const TOLERANCE = 2e-6;

const quantParamsOf = ({
  range_setting,
  force_q,
  ...rest
}: Readonly<Record<string, unknown>>): QuantParams => ({
  ...rest,
  ...(range_setting === undefined ? {} : { rangeSetting: range_setting as "minmax" }),
  ...(force_q === undefined ? {} : { forceQ: force_q as number }),
});

const optionsOf = ({ v_threshold: vThreshold, v_reset: vReset, tau, decay_input: decayInput }: Case) => ({
  vThreshold,
  vReset,
  ...(tau === undefined || decayInput === undefined ? {} : { tau, decayInput }),
});

function expectNear(actual: ArrayLike<number>, expected: readonly number[], what: string): void {
  expect(actual.length, what).toBe(expected.length);
  expected.forEach((value, i) =>
    expect(Math.abs(actual[i] - value), `${what}[${i}]`).toBeLessThanOrEqual(TOLERANCE),
  );
}

type QuantizedNode = QuantizedIFNode | QuantizedATIF;

function replay(node: QuantizedNode, steps: readonly Step[], what: string): void {
  node.reset();
  golden.x.forEach((x, t) => {
    const at = `${what}, step ${t}`;
    const y = node.forward(tensor(x)).toArray();
    expectNear(y, steps[t].out, `${at}: y`);
    expectNear(node.v.toArray(), steps[t].v, `${at}: v`);
    const expectRange = (
      { globalMax, fractionalBits }: Quantizer,
      { global_max: max, q }: StoredRange,
    ): void => {
      expectNear([globalMax], [max], `${at}: range`);
      expect(fractionalBits, at).toBe(q);
    };
    expectRange(node.quantizerInput, steps[t].quantizer_input);
    expectRange(node.quantizerV, steps[t].quantizer_v);
    expectRange(node.quantizerAct, steps[t].quantizer_act);
    const { v_threshold: theta, tau, v_reset: vReset } = steps[t];
    if (node instanceof QuantizedIFNode && typeof theta === "number")
      expectNear([node.vThreshold], [theta], at);
    if (node instanceof QuantizedLIFNode && tau !== undefined) expectNear([node.tau], [tau], at);
    if (node instanceof QuantizedIFNode && vReset !== undefined)
      expectNear([node.vReset ?? NaN], [vReset], at);
  });
}

describeBackends("the reference's quantized neurons", (backend) => {
  beforeAll(() => init({ backend }));

  const quantized = golden.cases.filter(({ result }) => result !== undefined);

  it.each(quantized.map((each, i) => [i, each.node, JSON.stringify(optionsOf(each)), each] as const))(
    "case %i: %s %s",
    (_, kind, what, each) => {
      const options = {
        ...optionsOf(each),
        quantParams: quantParamsOf(each.quant_params ?? {}),
        compat: "qualia" as const,
      };
      const node = kind === "QuantizedIFNode" ? new QuantizedIFNode(options) : new QuantizedLIFNode(options);
      replay(node, each.result?.train ?? [], `${what} training`);
      node.eval();
      replay(node, each.result?.eval_after_train ?? [], `${what} evaluation`);
    },
  );

  it("there are cases of both kinds", () => {
    expect(quantized.length).toBeGreaterThan(30);
    expect(new Set(quantized.map(({ node }) => node)).size).toBe(2);
  });

  it.each(
    golden.quantized_atif.flatMap((each, i) =>
      each.repair === "upstream" ? [] : [[i, each.repair, each] as const],
    ),
  )("QuantizedATIF, case %i: %s", (i, repair, each) => {
    const node = new QuantizedATIF({ quantParams: quantParamsOf(each.quant_params), repair });
    node.setCoeffs(each.v_threshold);
    replay(node, each.result.train, `${repair} ${i} training`);
    node.eval();
    replay(node, each.result.eval_after_train, `${repair} ${i} evaluation`);
    // Never overwritten.
    expect(node.vThreshold.item()).toBe(Math.fround(each.v_threshold));
  });

  it.each(
    golden.cases.flatMap((each, i) => (each.steps === undefined ? [] : [[i, each.node, each] as const])),
  )("the float neuron of case %i: %s", (_, kind, each) => {
    const node = kind === "IFNode" ? new IFNode(optionsOf(each)) : new LIFNode(optionsOf(each));
    node.eval();
    golden.x.forEach((x, t) => {
      expectNear(node.forward(tensor(x)).toArray(), each.steps?.[t].out ?? [], "y");
      expectNear(node.v.toArray(), each.steps?.[t].v ?? [], "v");
    });
  });
});
