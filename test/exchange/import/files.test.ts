/** Every network in the files of other tools computes what the tool computed, at every time step. */

import { beforeAll, describe, expect, it } from "vitest";
import {
  decodeModel,
  encodeModel,
  importModel,
  init,
  noGrad,
  type SpikingModel,
} from "../../../src/index.js";
import type { ListedLayer } from "../../../src/exchange/import/listed-layer.js";
import type { SnnTorchLeaky } from "../../../src/exchange/neurons/snntorch-leaky.js";
import {
  bytesOf,
  described,
  expectClose,
  expectNetwork,
  jsonOf,
  pathOf,
  samplesOf,
  type ExpectedNetwork,
  type StoredNumbers,
} from "./foreign-files.js";

beforeAll(() => init());

interface Entry {
  readonly accept?: boolean;
  readonly either?: boolean;
  readonly expected?: string;
  readonly prefix?: string;
  readonly state_dict_key?: string;
}

const manifest = (folder: string): [string, Entry][] =>
  Object.entries(jsonOf<Record<string, Entry>>(`${folder}/manifest.json`));

describe.each(["safetensors", "pytorch"])("%s", (folder) => {
  const accepted = manifest(folder).filter(([, { accept }]) => accept === true);
  const refused = manifest(folder).filter(([, { accept, either }]) => accept === false && either !== true);

  it.each(accepted)("%s", async (name, { expected = "", prefix, state_dict_key: key }) => {
    const network = jsonOf<ExpectedNetwork>(`${folder}/${expected}`);
    const { model, report } = await importModel(pathOf(`${folder}/${name}`), {
      architecture: described(network),
    });
    expectNetwork(model, network);
    const said = report.notes.map(({ what }) => what).join("\n");
    expect(report.verdict).toBe("exact");
    expect(said.includes(`"${prefix ?? "none"}" taken`)).toBe(prefix !== undefined);
    expect(/epoch.* left out/.test(said)).toBe(key !== undefined);
    expect(said.includes("float16 widened")).toBe(name.includes("float16"));
    expect(said.includes("num_batches_tracked left out")).toBe(network.params.batch_norm === true);
  });

  it.each(refused)("%s is refused", async (name) => {
    await expect(importModel(pathOf(`${folder}/${name}`))).rejects.toMatchObject({ name: "FormatError" });
  });
});

describe("fuse", () => {
  interface Fused {
    readonly model: string;
    readonly after: string;
    readonly params_before: ExpectedNetwork["params"];
    readonly params_after: ExpectedNetwork["params"];
    readonly x: StoredNumbers;
    readonly logits_per_step_after: StoredNumbers;
  }
  const names = ["scnn1d_atif", "scnn2d_atif_bn", "scnn2d_atif_sep", "sresnet1d_lif", "sresnet2d_atif"];

  it.each(names)("%s, described as it is and as it was", async (name) => {
    const fused = jsonOf<Fused>(`fuse/${name}.expected.json`);
    const perStep = fused.logits_per_step_after;
    const [T] = perStep.shape;
    const size = perStep.data.length / T;
    const mean = Array.from({ length: size }, (_, i) =>
      Array.from({ length: T }, (_step, t) => Number(perStep.data[i + t * size])).reduce(
        (a, b) => a + b / T,
        0,
      ),
    );
    const expected = {
      x: fused.x,
      logits_per_step: perStep,
      logits: { shape: [], data: mean },
      thresholds: {},
    };
    for (const params of [fused.params_after, fused.params_before]) {
      const architecture = described({ model: fused.model, params });
      const { model, report } = await importModel(pathOf(`fuse/${fused.after}`), { architecture });
      expectNetwork(model, { ...expected, model: fused.model, params });
      expect(report.notes.map(({ what }) => what)).toEqual(
        params === fused.params_before ? ["batch_norm taken as false"] : [],
      );
    }
  });

  it("scnn2d_atif_bn_fused.pth, as Qualia saves it", async () => {
    const { params_after: params, model: kind } = jsonOf<Fused>("fuse/scnn2d_atif_bn.expected.json");
    const architecture = described({ model: kind, params });
    const options = { architecture };
    const [pth, plain] = await Promise.all([
      importModel(pathOf("fuse/scnn2d_atif_bn_fused.pth"), options),
      importModel(pathOf("fuse/scnn2d_atif_bn.after.safetensors"), options),
    ]);
    expect(pth.model.stateDict()).toEqual(plain.model.stateDict());
  });
});

/** Outputs of every time step for x [T, N, ...]. */
function outputs(model: SpikingModel, x: StoredNumbers): Float32Array {
  model.reset();
  return noGrad(() => model.forward(samplesOf(x, 2))).toArray();
}

/** A model file keeps it: the same bits. */
function expectKept(model: SpikingModel, x: StoredNumbers): void {
  const kept = decodeModel(encodeModel(model)).model;
  expect(outputs(kept, x)).toEqual(outputs(model, x));
}

describe("frameworks", () => {
  interface SpikingJelly {
    readonly layers: readonly ListedLayer[];
    readonly x: StoredNumbers;
    readonly output_per_step: StoredNumbers;
  }
  const sources = ["pth", "safetensors"];
  const nets = ["sj_cnn_if", "sj_cnn_lif", "sj_mlp_lif_hard", "sj_mlp_plif"];

  it.each(nets.flatMap((net) => sources.map((ending) => [net, ending])))("%s.%s", async (net, ending) => {
    const { layers, x, output_per_step: expected } = jsonOf<SpikingJelly>(`frameworks/${net}.expected.json`);
    const [timesteps, , channels, ...map] = x.shape;
    const inputShape = [...map, channels];
    const options = { architecture: layers, timesteps, inputShape, stepMode: "m" } as const;
    const { model, report } = await importModel(pathOf(`frameworks/${net}.${ending}`), options);
    expectClose(outputs(model, x), expected);
    expect(report.verdict).toBe("exact");
    expectKept(model, x);
  });

  interface SnnTorch {
    readonly values: Readonly<Record<string, number>>;
    readonly x: StoredNumbers;
    readonly spikes_per_step: StoredNumbers;
    readonly mem_per_step: StoredNumbers;
  }
  const leaky: ListedLayer[] = [
    { name: "fc1", kind: "Linear", params: { in_features: 7, out_features: 9 } },
    { name: "lif1", kind: "snn.Leaky" },
    { name: "fc2", kind: "Linear" },
    { name: "lif2", kind: "Leaky" },
  ];

  it.each(["subtract", "zero", "learned"].flatMap((net) => sources.map((ending) => [net, ending])))(
    "snntorch_leaky_%s.%s: spikes and potentials",
    async (net, ending) => {
      const expected = jsonOf<SnnTorch>(`frameworks/snntorch_leaky_${net}.expected.json`);
      const options = { architecture: leaky, timesteps: 6, stepMode: "m" } as const;
      const { model } = await importModel(pathOf(`frameworks/snntorch_leaky_${net}.${ending}`), options);
      const last = model.neurons()[1] as SnnTorchLeaky;
      last.storeVSeq = true;
      expect([...outputs(model, expected.x)]).toEqual(expected.spikes_per_step.data);
      expectClose(last.vSeq?.toArray() ?? [], expected.mem_per_step);
      const dict = model.stateDict();
      for (const [name, value] of Object.entries(expected.values))
        expect(dict[name].data[0], name).toBe(value);
      last.storeVSeq = false;
      expectKept(model, expected.x);
    },
  );

  interface Norse {
    readonly neuron: Readonly<Record<string, StoredNumbers>>;
    readonly x: StoredNumbers;
    readonly output_per_step: StoredNumbers;
  }

  it.each(["lifbox", "lif"])("norse_%s.pth, its numbers in the list", async (net) => {
    const { neuron, x, output_per_step: expected } = jsonOf<Norse>(`frameworks/norse_${net}.expected.json`);
    const kind = net === "lif" ? "LIFCell" : "LIFBoxCell";
    const bytes = bytesOf(`frameworks/norse_${net}.pth`);
    const one = (name: string): number => Number(neuron[name].data[0]);
    const plain = Object.fromEntries(Object.keys(neuron).map((name) => [name, one(name)]));
    // One number for each neuron, as the cell has them, or one for all.
    for (const numbers of [neuron, plain]) {
      const architecture: ListedLayer[] = [
        ["Linear", 7, 9],
        [kind, numbers],
        ["Linear", 9, 3],
      ];
      const { model } = await importModel(bytes, { architecture, timesteps: 6, stepMode: "m" });
      expectClose(outputs(model, x), expected);
      expectKept(model, x);
    }
  });
});
