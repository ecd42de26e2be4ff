/**
 * Networks of snnTorch and norse, built from the kinds here: spikes, potentials and outputs of the real packages
 * (framework-networks.json: snnTorch 0.9.4 and norse 065a3b4 on PyTorch 2.13; they are data; [T, N, ...]).
 */

import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { noGrad } from "../../src/autograd/grad-mode.js";
import "../../src/exchange/kinds.js";
import type { SnnTorchLeaky } from "../../src/exchange/neurons/snntorch-leaky.js";
import type { AnyLayerSpec } from "../../src/graph/layer-spec.js";
import { init } from "../../src/kernels/select.js";
import { GraphModel } from "../../src/models/graph-model.js";
import type { StepMode } from "../../src/module/module.js";
import "../../src/ops/install.js";
import { at } from "../../src/ops/slice.js";
import { tensor } from "../../src/tensor/tensor.js";
import { expectClose } from "../closeness.js";

interface Stored {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Network {
  readonly state: Readonly<Record<string, Stored>>;
  readonly neuron?: Readonly<Record<"tau_mem_inv" | "v_leak" | "v_th" | "v_reset" | "tau_syn_inv", number>>;
  readonly x: Stored;
  readonly output_per_step?: Stored;
  readonly spikes_per_step?: Stored;
  readonly mem_per_step?: Stored;
}

const file = new URL("./framework-networks.json", import.meta.url);
const networks = JSON.parse(readFileSync(file, "utf8")) as Readonly<Record<string, Network>>;

const linear = (name: string, inFeatures: number, outFeatures: number): AnyLayerSpec => {
  return { name, kind: "Linear", options: { inFeatures, outFeatures } };
};

function modelOf(layers: readonly AnyLayerSpec[], stepMode: StepMode): GraphModel {
  return new GraphModel({ inputShape: [7], outputShape: [3], timesteps: 6, layers, stepMode });
}

/** Outputs of all steps, and what `read` gives after each. */
function shown(model: GraphModel, x: Stored, read: () => ArrayLike<number>): { y: number[]; seen: number[] } {
  const [y, seen]: number[][] = [[], []];
  noGrad(() => {
    for (let t = 0; t < x.shape[0]; t++) {
      y.push(...model.stream(at(tensor([...x.data], [...x.shape]), t)).data);
      seen.push(...Array.from(read()));
    }
  });
  return { y, seen };
}

beforeAll(async () => {
  await init({ threads: 1 });
});

describe("snnTorch", () => {
  it.each([
    ["snntorch_leaky_subtract", {}],
    ["snntorch_leaky_zero", {}],
    ["snntorch_leaky_learned", { learnBeta: true, learnThreshold: true }],
  ])("%s: spikes and potentials, the reset as its state dict says", (name, options) => {
    const network = networks[name];
    const layers = [
      linear("fc1", 7, 9),
      { name: "lif1", kind: "SnnTorchLeaky", options },
      linear("fc2", 9, 3),
      { name: "lif2", kind: "SnnTorchLeaky", options },
    ];
    const model = modelOf(layers, "s");
    model.loadStateDict(network.state);
    const lif2 = model.neurons()[1] as SnnTorchLeaky;
    const { y, seen } = shown(model, network.x, () => lif2.v.data);
    expect(y).toEqual(network.spikes_per_step?.data);
    expectClose(seen, network.mem_per_step?.data ?? [], 1e-5, { floor: 1 });
    expect(lif2.resetMechanism).toBe(name.endsWith("zero") ? "zero" : "subtract");
    // As PyTorch has them, in name and shape, whatever the order.
    expect(Object.keys(model.stateDict()).sort()).toEqual(Object.keys(network.state).sort());
  });
});

describe("norse", () => {
  const dt = 1e-3;

  it("LIFBoxCell is a CurrentLIF", () => {
    const { state, neuron, x, output_per_step: wanted } = networks.norse_lifbox;
    const { tau_mem_inv = 1, v_leak: vLeak, v_th: vThreshold, v_reset: vReset } = neuron ?? {};
    const options = { dt, tau: 1 / tau_mem_inv, vLeak, vThreshold, vReset };
    const model = modelOf(
      [linear("0", 7, 9), { name: "1", kind: "CurrentLIF", options }, linear("2", 9, 3)],
      "s",
    );
    expect(model.loadStateDict(state, { strict: false }).unexpected).toEqual([]);
    expectClose(shown(model, x, () => []).y, wanted?.data ?? [], 1e-5, { floor: 1 });
  });

  it("LIFCell is a CubaLIF in which the potential comes first", () => {
    const { state, neuron, x, output_per_step: wanted } = networks.norse_lif;
    const {
      tau_mem_inv = 1,
      tau_syn_inv = 1,
      v_leak: vLeak,
      v_th: vThreshold,
      v_reset: vReset,
    } = neuron ?? {};
    const options = { dt, tauMem: 1 / tau_mem_inv, tauSyn: 1 / tau_syn_inv, vLeak, vThreshold, vReset };
    const outputs = (["potential-first", "current-first"] as const).map((order) => {
      const lif = { name: "1", kind: "CubaLIF", options: { ...options, order } };
      const model = modelOf([linear("0", 7, 9), lif, linear("2", 9, 3)], "s");
      model.loadStateDict(state, { strict: false });
      return shown(model, x, () => []).y;
    });
    expectClose(outputs[0], wanted?.data ?? [], 1e-5, { floor: 1 });
    expect(outputs[1]).not.toEqual(outputs[0]);
  });
});
