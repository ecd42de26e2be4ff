/** Networks described by experiment files of Qualia, by its params, by lists of layers and by files themselves. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  createModel,
  encodeModel,
  importModel,
  init,
  readTorch,
  type ImportModelOptions,
} from "../../../src/index.js";
import { encodeSafetensors } from "../../../src/formats/safetensors.js";
import { bytesOf, described, expectNetwork, jsonOf, pathOf, type ExpectedNetwork } from "./foreign-files.js";

beforeAll(() => init());

const folder = mkdtempSync(join(tmpdir(), "atif-import-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** As Qualia users write it: data and steps that this library does not have, two networks, a template. */
const CONFIG = `
[bench]
name = "cifar"
seed = 1
first_run = 1
last_run = 1
gpus = 2
plugins = ["qualia_plugin_snn"]

[learningframework]
kind = "SpikingJelly"

[dataset]
kind = "CIFAR10"
params = { path = "data/cifar10" }

[[postprocessing]]
kind = "FuseBatchNorm"

[model_template]
kind = "SCNN"
epochs = 10

[model_template.params]
input_shape = [8, 8, 2]
output_shape = [4]
filters = [8, 8, 8]
kernel_sizes = [3, 3]
paddings = [1, 1]
strides = [1, 1]
dropouts = 0.1
pool_sizes = [2, 2]
fc_units = [12]
batch_norm = true
timesteps = 4
dims = 2
neuron = { kind = "ATIF" }

[[model]]
name = "small"
params.filters = [4, 6]

[[model]]
name = "wide"
params.filters = [32, 32]
`;

const scnn = pathOf("pytorch/scnn2d_atif_bn.pth");
const network = (): ExpectedNetwork => jsonOf<ExpectedNetwork>("pytorch/scnn2d_atif_bn.expected.json");
const smlp = pathOf("pytorch/smlp_atif.pth");
const smlpNetwork = (): ExpectedNetwork => jsonOf<ExpectedNetwork>("pytorch/smlp_atif.expected.json");

const failure = async (source: string | Uint8Array, options: ImportModelOptions): Promise<Error> =>
  importModel(source, options).then(
    () => expect.unreachable("it was read"),
    (error: unknown) => error as Error,
  );

describe("config", () => {
  it("is an experiment file of Qualia, whatever its other sections ask for; lists of a model replace those of the template", async () => {
    const path = join(folder, "cifar.toml");
    writeFileSync(path, CONFIG);
    for (const config of [path, CONFIG]) {
      const { model, report } = await importModel(scnn, { config, name: "small" });
      expectNetwork(model, network());
      expect(model.architecture.options).toMatchObject({ dropouts: [0.1, 0.1, 0.1], filters: [4, 6] });
      expect(report.verdict).toBe("exact");
    }
  });

  it("holds one network, or a name says which", async () => {
    expect((await failure(scnn, { config: CONFIG })).message).toBe(
      "the config: there are 2 models, small, wide; expected the name of one. Give it as name.",
    );
    expect((await failure(scnn, { config: CONFIG, name: "smal" })).message).toBe(
      'the config: there is no [[model]] of the name "smal"; expected one of small, wide, once. Did you mean "small"?',
    );
    expect((await failure(scnn, { config: 'bench = "x"\n' })).message).toMatch(
      /the config: model is missing/,
    );
    expect((await failure(scnn, { config: "[bench\n" })).message).toMatch(/the config:1:\d+: not valid TOML/);
    const only = CONFIG.replace(/\n\[\[model\]\]\nname = "wide"[^]*$/, "\n");
    expectNetwork((await importModel(scnn, { config: only })).model, network());
  });

  it("refuses keys that are not known, or steps over them and says so", async () => {
    const config = CONFIG.replace('name = "small"', 'name = "small"\nparams.filtres = [1]');
    const error = await failure(scnn, { config, name: "small" });
    expect(error.name).toBe("ConfigError");
    expect(error.message).toMatch(
      /^the config:\d+:1: model\[0\]\.params\.filtres is not a known key of SCNN/,
    );
    const { model, report } = await importModel(scnn, { config, name: "small", lenient: true });
    expectNetwork(model, network());
    expect(report.notes.map(({ why }) => why).join()).toMatch(/filtres is ignored/);
  });

  it("may leave out what its data set or the file says", async () => {
    const config = CONFIG.replace("CIFAR10", "MNIST")
      .replace("input_shape = [8, 8, 2]\noutput_shape = [4]\n", "")
      .replace(/neuron = .*\n/, "");
    const made = createModel({
      kind: "SCNN",
      options: { ...options(), inputShape: [28, 28, 1], neuron: { kind: "ATIF" } },
    });
    const bytes = encodeSafetensors(Object.entries(made.stateDict()));
    const { model, report } = await importModel(bytes, { config, name: "small" });
    expect(model.inputShape).toEqual([28, 28, 1]);
    expect(report.notes.map(({ what }) => what)).toContain("inputShape taken as [28, 28, 1]");
    const another = CONFIG.replace("CIFAR10", "SHD").replace("input_shape = [8, 8, 2]\n", "");
    expect((await failure(scnn, { config: another, name: "small" })).message).toMatch(
      /its description leaves out some; expected also inputShape \(\[height, width, 2\], channels last\)\. Give/,
    );
  });

  it("counts less than options", async () => {
    const { model } = await importModel(scnn, { config: CONFIG, name: "small", timesteps: 7, stepMode: "m" });
    expect([model.timesteps, model.stepMode]).toEqual([7, "m"]);
    const wrong = await failure(scnn, { config: CONFIG, name: "small", strides: [1] });
    expect(wrong.message).toBe(
      "the option strides: model[0].params.strides has 1 entry; expected 2: one per entry of filters.",
    );
  });

  it("must be of that file", async () => {
    expect((await failure(smlp, { config: CONFIG, name: "small" })).message).toMatch(
      /smlp_atif\.pth holds an SMLP of Qualia: units 10, 7; 4 classes, but what describes it is of the kind "SCNN"; expected SMLP/,
    );
  });
});

function options(): Record<string, unknown> {
  const { model: _, params: __ } = network();
  return {
    outputShape: [4],
    filters: [4, 6],
    kernelSizes: [3, 3],
    paddings: [1, 1],
    strides: [1, 1],
    poolSizes: [2, 2],
    fcUnits: [12],
    batchNorm: true,
    timesteps: 4,
  };
}

describe("architecture", () => {
  it("is data, JSON text or a JSON file, in either spelling", async () => {
    const { params } = smlpNetwork();
    const text = JSON.stringify({ kind: "SMLP", params });
    const path = join(folder, "smlp.json");
    writeFileSync(path, text);
    const own = {
      kind: "SMLP",
      params: { inputShape: [3, 4, 2], units: [10, 7], timesteps: 4, neuron: { kind: "ATIF" } },
    };
    const here = {
      kind: "SMLP",
      options: {
        inputShape: [3, 4, 2],
        outputShape: [4],
        units: [10, 7],
        timesteps: 4,
        neuron: { kind: "ATIF" },
      },
    };
    for (const architecture of [text, path, own, here])
      expectNetwork((await importModel(smlp, { architecture })).model, smlpNetwork());
  });

  it("has null and false for no hard reset", async () => {
    for (const v_reset of [null, false]) {
      const { params } = jsonOf<ExpectedNetwork>("pytorch/smlp_if_soft.expected.json");
      const architecture = described({
        model: "SMLP",
        params: { ...params, neuron: { kind: "IFNode", params: { v_reset } } },
      });
      const { model } = await importModel(pathOf("pytorch/smlp_if_soft.pth"), { architecture });
      expect(model.neurons()[0].vReset).toBeNull();
    }
  });

  it("is refused with what it should be", async () => {
    const message = async (architecture: unknown): Promise<string> =>
      (await failure(smlp, { architecture: architecture as string })).message;
    expect(await message("{")).toMatch(/^the architecture is no JSON/);
    expect(await message(3)).toMatch(/^the architecture is 3; expected \{ kind, params \}/);
    expect(await message({})).toMatch(/^the architecture has no kind; expected/);
    expect(await message({ kind: "SMPL", params: {} })).toMatch(
      /kind is "SMPL"; expected one of .* Did you mean "SMLP"\?/,
    );
    expect(await message([["Lineer", 3, 4]])).toMatch(
      /layers\[0\] is of the kind "Lineer"; expected .* Did you mean "Linear"\?/,
    );
    expect(await message([["Conv2d", 1, 2, 3, 1, 1]])).toMatch(
      /layers\[0\]: bias is 1; expected true or false/,
    );
    expect(await message([["Conv2d", 1, 2, 3, 1, true, 4]])).toMatch(/Conv2d has 6 arguments/);
    expect(await message([["MaxPool2d", 2, { dilation: 2 }]])).toMatch(
      /dilation is 2, which MaxPool2d does not have here/,
    );
    expect(await message([["Linear", 3, { in_features: 3 }]])).toMatch(/in_features is given twice/);
    expect(await message({ layers: [["Flatten"]], steps: 3 })).toMatch(
      /has the key "steps"; expected those of layers/,
    );
    expect(await message([7])).toMatch(/layers\[0\] is 7; expected a kind with its arguments/);
  });
});

describe("a list of layers", () => {
  const cnn = pathOf("frameworks/sj_cnn_if.pth");
  const jelly = [
    ["Conv2d", 2, 4, 3, 1, false],
    ["BatchNorm2d", 4],
    ["IFNode", { v_reset: null }],
    ["MaxPool2d", 2],
    ["Flatten"],
    ["Linear", 36, 4],
    ["IFNode", { v_reset: null }],
  ] as const;

  it("may take sizes from the arrays, name its layers and what they read", async () => {
    const sizeless = [
      ["layer.Conv2d", { padding: 1 }],
      "BatchNorm2d",
      ["neuron.IFNode", { v_reset: null, backend: "cupy" }],
      ["MaxPool2d", { kernel_size: 2, stride: null }],
      "Flatten",
      "Linear",
      ["MultiStepIFNode", { v_reset: null }],
    ] as const;
    const listed = { layers: sizeless, input_shape: [6, 6, 2], timesteps: 5, step_mode: "m" };
    const text = JSON.stringify(listed);
    const facts = { inputShape: [6, 6, 2], timesteps: 5, stepMode: "m" } as const;
    const [whole, short] = await Promise.all([
      importModel(cnn, { architecture: jelly, ...facts }),
      importModel(cnn, { architecture: text }),
    ]);
    expect(short.model.architecture).toEqual(whole.model.architecture);
    expect(short.model.stateDict()).toEqual(whole.model.stateDict());
    const branches = {
      layers: [
        { name: "a", kind: "Linear", inputs: ["input"] },
        { name: "b", kind: "Linear", params: { bias: false }, inputs: ["input"] },
        { name: "sum", kind: "Add", inputs: ["a", "b"] },
      ],
      timesteps: 1,
    };
    const weight = (data: number[]) => ({ shape: [1, 2], data: Float32Array.from(data) });
    const bytes = encodeSafetensors([
      ["a.weight", weight([1, 2])],
      ["a.bias", { shape: [1], data: Float32Array.of(0.5) }],
      ["b.weight", weight([3, -1])],
    ]);
    const { model } = await importModel(bytes, { architecture: branches });
    expect(model.architecture.options).toMatchObject({ inputShape: [2], outputShape: [1] });
    expect(Object.keys(model.stateDict())).toEqual(["a.weight", "a.bias", "b.weight"]);
  });

  it("asks for what it cannot tell", async () => {
    expect((await failure(cnn, { architecture: jelly })).message).toMatch(
      /the architecture lists 7 layers; expected also inputShape \(.*\); timesteps \(T, a whole number of at least 1\)\. Give them as options\.$/,
    );
    expect(
      (await failure(cnn, { architecture: jelly, timesteps: 5, inputShape: [6, 6, 2], strides: 1 })).message,
    ).toMatch(/strides is given beside a list of layers/);
    expect(
      (await failure(cnn, { architecture: jelly, timesteps: 5, inputShape: [7, 6, 3] })).message,
    ).toMatch(/the architecture: 0 gets \[7, 6, 3\]; expected \[H, W, 2\], channels last/);
    expect(
      (await failure(cnn, { architecture: jelly.slice(0, 3), timesteps: 5, inputShape: [6, 6, 2] })).message,
    ).toMatch(/the last layer gives \[6, 6, 4\]; expected \[classes\]/);
  });

  it("is suggested where names are of no network of Qualia", async () => {
    expect((await failure(cnn, {})).message).toMatch(
      /sj_cnn_if\.pth: its names, 0\.weight, .*, are those of no network of Qualia, .*\[\{"name":"0","kind":"Conv2d"\}, \{"name":"1","kind":"BatchNorm2d"\}, \{"name":"5","kind":"Linear"\}\]\.$/,
    );
    expect((await failure(pathOf("frameworks/snntorch_leaky_zero.safetensors"), {})).message).toMatch(
      /\[\{"name":"fc1","kind":"Linear"\}, \{"name":"lif1","kind":"Leaky"\}, \{"name":"fc2","kind":"Linear"\}, \{"name":"lif2","kind":"Leaky"\}\]/,
    );
  });
});

describe("names", () => {
  it("lose what wraps the network, one or several times, and what is asked for", async () => {
    const { params } = smlpNetwork();
    const architecture = described({ model: "SMLP", params });
    const tensors = [...readTorch(bytesOf("pytorch/smlp_atif.pth"))];
    const under = (
      prefix: string,
      more: readonly (readonly [string, { shape: number[]; data: Float32Array }])[] = [],
    ) => encodeSafetensors([...tensors.map(([name, each]) => [prefix + name, each] as const), ...more]);
    const twice = await importModel(under("module.model."), { architecture });
    expectNetwork(twice.model, smlpNetwork());
    expect(twice.report.notes[0].what).toBe('"module.model." taken from the beginning of all names');
    const loss = ["loss.weight", { shape: [1], data: Float32Array.of(1) }] as [
      string,
      { shape: number[]; data: Float32Array },
    ];
    const error = await failure(under("net.", [loss]), { architecture });
    expect(error.message).toMatch(/All names begin with "net\.": give that as prefix\.$/);
    const asked = await importModel(under("net.", [loss]), { architecture, prefix: "net." });
    expectNetwork(asked.model, smlpNetwork());
    expect(asked.report.notes[0].what).toBe("loss.weight left out");
    expect((await failure(under("net."), { prefix: "nets." })).message).toMatch(
      /no name begins with the prefix "nets\."; expected one such as that of "net\.layers/,
    );
  });

  it("stand in a checkpoint where a key says", async () => {
    const architecture = described(smlpNetwork());
    const file = pathOf("pytorch/smlp_atif.checkpoint.pth");
    const { model, report } = await importModel(file, { architecture, key: "model_state_dict" });
    expectNetwork(model, smlpNetwork());
    expect(report.notes.map(({ what }) => what).join()).toMatch(/optimizer_state_dict.* left out/);
    expect((await failure(file, { architecture, key: "ema" })).message).toMatch(/there is no key "ema"/);
    const safetensors = pathOf("safetensors/smlp_atif.safetensors");
    expect((await failure(safetensors, { architecture, key: "ema" })).message).toMatch(
      /key is of checkpoints of PyTorch alone/,
    );
  });
});

describe("files that say themselves what they hold", () => {
  it("are read so, with other time steps if that is wanted", async () => {
    const { model } = await importModel(smlp, { architecture: described(smlpNetwork()) });
    const bytes = encodeModel(model);
    const again = await importModel(bytes, { timesteps: 4 });
    expectNetwork(again.model, smlpNetwork());
    expect(again.report).toEqual({ verdict: "exact", notes: [] });
    expect((await importModel(bytes, { timesteps: 9 })).model.timesteps).toBe(9);
    expect((await failure(bytes, { inputShape: [24] })).message).toMatch(
      /says itself what network it holds, and inputShape is given too/,
    );
    expect((await failure(bytes, { dt: 1 })).message).toMatch(/is no file of NIR, and dt is of those alone/);
  });
});
