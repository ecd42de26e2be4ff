/** atif import: a network of another tool as the folder of a run, which other commands read; and what it refuses. */

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.js";
import { printTo } from "../../src/cli/terminal.js";
import { encodeSafetensors } from "../../src/formats/safetensors.js";
import {
  createModel,
  evaluate,
  init,
  loadDigits,
  loadModel,
  manualSeed,
  type SpikingModel,
} from "../../src/index.js";
import { atif, configText, SMALL_SCNN, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const files = fileURLToPath(new URL("../exchange/files/", import.meta.url));

interface Said {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly answer: Readonly<Record<string, unknown>>;
}

/** In this process, in the place of one of its own. */
async function run(...words: string[]): Promise<Said> {
  let [out, err] = ["", ""];
  printTo({ write: (text) => (out += text) }, { write: (text) => (err += text) });
  const code = await runCommandLine(words);
  const answer = words.includes("--json") ? (JSON.parse(out) as Record<string, unknown>) : {};
  return { code, out, err, answer };
}

let scnn: SpikingModel;
const facts = ["--input-shape", "8,8,1", "-t", "2", "--strides", "1", "--paddings", "1", "--pool-sizes", "2"];

beforeAll(async () => {
  await init();
  manualSeed(7);
  scnn = createModel({
    kind: "SCNN",
    options: {
      inputShape: [8, 8, 1],
      outputShape: [10],
      filters: [4],
      kernelSizes: [3],
      paddings: [1],
      strides: [1],
      poolSizes: [2],
      fcUnits: [8],
      batchNorm: true,
      timesteps: 2,
      neuron: { kind: "ATIF" },
    },
  });
  writeFileSync(at("net.safetensors"), encodeSafetensors(Object.entries(scnn.stateDict())));
  writeFileSync(at("qualia.toml"), configText({ model: SMALL_SCNN }));
});

afterAll(() => printTo(process.stdout, process.stderr));

describe("atif import", { timeout: 60_000 }, () => {
  it("writes a run of a network and its experiment, measured on data; other commands read it", async () => {
    const words = ["--config", at("qualia.toml"), "--data", "digits", "--out", at("run"), "--json"];
    const { code, answer, err } = await run("import", at("net.safetensors"), ...words);
    expect([code, err]).toEqual([0, ""]);
    const { test: digits } = await loadDigits();
    const { accuracy, samples } = await evaluate(scnn.eval(), digits);
    expect(answer).toMatchObject({
      folder: at("run"),
      status: "complete",
      model: "SCNN",
      dataset: "Digits",
      timesteps: 2,
      epochs: 0,
      test: { accuracy, samples },
      imported: { of: expect.stringMatching(/net\.safetensors$/) as string, report: { verdict: "exact" } },
    });
    expect(readdirSync(at("run")).sort()).toEqual([
      "config.toml",
      "metrics.jsonl",
      "model.safetensors",
      "summary.json",
    ]);
    expect((await loadModel(at("run", "model.safetensors"))).stateDict()).toEqual(scnn.stateDict());
    expect(await run("eval", at("run"), "--json")).toMatchObject({
      code: 0,
      answer: { accuracy, data: "the digits" },
    });
    const inspected = await run("inspect", at("run"), "--json");
    expect(inspected).toMatchObject({
      code: 0,
      answer: { kind: "SCNN", training: { dataset: "Digits" }, accuracy },
    });
    const quantized = await run("quantize", at("run"), "--out", at("q8"), "--json");
    expect(quantized).toMatchObject({ code: 0, answer: { quantization: { test: { float: { accuracy } } } } });
    expect(
      await run("train", at("run", "config.toml"), "--epochs", "0", "--out", at("again"), "--json"),
    ).toMatchObject({ code: 0 });
  });

  it("names the data again in what to do next, if no experiment does", async () => {
    const data = ["--data", "digits"];
    const { out } = await run("import", at("net.safetensors"), ...facts, ...data, "--out", at("no-config"));
    expect(out).toMatch(/\nnext: .* inspect \S*no-config --data digits\n$/);
    const { out: known } = await run(
      "import",
      at("net.safetensors"),
      "--config",
      at("qualia.toml"),
      ...data,
      "--out",
      at("known"),
    );
    expect(known).toMatch(/\nnext: .* inspect \S*known\n$/);
  });

  it("tells what it found, and what to do next", async () => {
    const { code, out } = await run(
      "import",
      at("net.safetensors"),
      ...facts,
      "--name",
      "my net",
      "--out",
      at("told"),
    );
    expect(code).toBe(0);
    expect(out.split("\n")).toEqual([
      expect.stringMatching(/net\.safetensors: SCNN of \[8, 8, 1\] to 10 classes, 656 parameters, T = 2$/),
      "verdict: exact",
      "  prepool taken as 1: no array tells whether the network averages its map there; give the option if it does.",
      "",
      expect.stringMatching(/^wrote .*told$/),
      expect.stringMatching(/^next: .* inspect .*told$/),
      "",
    ]);
    expect(existsSync(at("told", "config.toml"))).toBe(false);
    expect(JSON.parse(readFileSync(at("told", "summary.json"), "utf8"))).toMatchObject({
      name: "my net",
      test: null,
    });
    // What was measured on is not known, and asked for.
    expect((await run("eval", at("told"))).err).toMatch(/Name a folder with --data, or --data digits/);
    expect((await run("eval", at("told"), "--data", "digits", "--json")).code).toBe(0);
  });

  it("takes networks that a list of layers describes", async () => {
    writeFileSync(
      at("layers.json"),
      JSON.stringify(
        [["Linear", 7, 9], ["Leaky"], ["Linear", 9, 3], ["Leaky"]].map(([kind, ...args], i) => ({
          name: ["fc1", "lif1", "fc2", "lif2"][i],
          kind,
          params: args.length === 0 ? {} : { in_features: args[0], out_features: args[1] },
        })),
      ),
    );
    const snn = join(files, "frameworks", "snntorch_leaky_learned.pth");
    const words = ["--architecture", at("layers.json"), "--timesteps", "6", "--out", at("snn"), "--json"];
    expect(await run("import", snn, ...words)).toMatchObject({
      code: 0,
      answer: { model: "GraphModel", timesteps: 6 },
    });
    // Its neurons are known to those who read it.
    expect(await run("inspect", at("snn"), "--no-data", "--json")).toMatchObject({
      code: 0,
      answer: { parameters: 102 },
    });
  });

  it("takes NIR, which says itself what it holds, but for what a reset is", async () => {
    const nir = join(files, "nir", "hand_if.nir");
    const words = ["--reset", "subtract", "--timesteps", "5", "--out", at("nir"), "--json"];
    const imported = await run("import", nir, ...words);
    expect(imported).toMatchObject({ code: 0, answer: { model: "GraphModel", timesteps: 5 } });
    const { layers } = (await run("inspect", at("nir"), "--no-data", "--json")).answer as {
      layers: { kind: string }[];
    };
    expect(layers.map(({ kind }) => kind)).toContain("CurrentIF");
    const cut = await run("import", join(files, "nir", "cut_100.nir"), "--out", at("none"));
    expect(cut).toMatchObject({
      code: 2,
      err: expect.stringMatching(/cut_100\.nir: it ends after 100 of 19160 bytes/) as string,
    });
  });

  it("refuses, and writes nothing", async () => {
    const net = at("net.safetensors");
    const refused = async (...words: string[]): Promise<Said> => {
      const said = await run("import", net, "--out", at("none"), "--json", ...words);
      expect(existsSync(at("none"))).toBe(false);
      return said;
    };
    const missing = await refused("--timesteps", "2");
    expect(missing.code).toBe(2);
    expect(missing.answer.error).toMatch(
      /expected also --input-shape \(\[height, width, 1\], channels last\); --strides .*; --paddings .*; --pool-sizes .*as --config, .* as --architecture\.$/,
    );
    expect((await refused(...facts, "--config", at("no.toml"))).answer.error).toMatch(
      /cannot read .*no\.toml/,
    );
    expect((await refused(...facts, "--architecture", at("a"), "--config", at("b"))).answer.error).toMatch(
      /config and architecture are both given/,
    );
    expect((await refused(...facts, "--input-shape", "9,x")).answer.error).toMatch(
      /--input-shape is "9,x"; expected lengths/,
    );
    expect((await refused(...facts, "--strides", "1,2x")).answer.error).toMatch(
      /--strides is "1,2x"; expected whole numbers/,
    );
    expect((await refused(...facts, "--neuron", "LIF Node")).answer.error).toMatch(
      /--neuron is "LIF Node"; expected a kind/,
    );
    expect((await refused(...facts, "--neuron", "LIFNode:tau=0.5")).answer.error).toMatch(
      /neuron.*tau is 0\.5; expected/,
    );
    expect((await refused(...facts, "--dt", "1")).answer.error).toMatch(
      /is no file of NIR, and dt is of those alone/,
    );
    expect((await refused(...facts, "--data", at("nowhere"))).code).toBe(2);
    const wide = ["--input-shape", "16,8,1", ...facts.slice(2)];
    expect((await refused(...wide)).answer.error).toMatch(
      /layers\.fc1\.weight is \[8, 64\] where the network has \[8, 128\]/,
    );
    const there = await run("import", net, ...facts, "--out", folder);
    expect([there.code, there.err]).toEqual([
      2,
      expect.stringMatching(/there is something in .*expected a new or empty folder/),
    ]);
  });

  it("--strict: what is not exact is an error", async () => {
    const weights = Object.entries(scnn.stateDict()).map(
      ([name, { shape, data }]) => [name, { shape, data: Float64Array.from(data, (x) => x * 1.1) }] as const,
    );
    writeFileSync(at("double.safetensors"), encodeSafetensors(weights));
    const strict = await run(
      "import",
      at("double.safetensors"),
      ...facts,
      "--strict",
      "--out",
      at("none"),
      "--json",
    );
    expect(strict).toMatchObject({ code: 1, answer: { report: { verdict: "approximate" } } });
    expect(strict.answer.error).toMatch(
      /cannot be brought in exactly: float64 rounded to float32 in .*; expected no loss with --strict/,
    );
    expect(existsSync(at("none"))).toBe(false);
    const loose = await run("import", at("double.safetensors"), ...facts, "--out", at("double"), "--json");
    expect(loose).toMatchObject({ code: 0, answer: { imported: { report: { verdict: "approximate" } } } });
  });

  it("numbers the runs of a file, in a process of its own", async () => {
    const ended = await atif(["import", "net.safetensors", ...facts, "--json"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(JSON.parse(ended.stdout)).toMatchObject({ folder: join("runs", "net-1"), name: "net" });
  });
});

describe("atif verify of a file for other tools", { timeout: 60_000 }, () => {
  const digits = ["--data", "digits", "--samples", "8", "--json"];
  const inFolder = (): string => at("verified");

  beforeAll(async () => {
    const words = ["--config", at("qualia.toml"), "--out", inFolder(), "--json"];
    expect(await run("import", at("net.safetensors"), ...words)).toMatchObject({ code: 0 });
  });

  it("measures a state dict, and what differs", async () => {
    const same = await run("verify", inFolder(), at("net.safetensors"), ...digits);
    const none = {
      samples: 8,
      timesteps: 2,
      spikes: 8 * 2 * (256 + 8),
      differing: 0,
      logitDrift: 0,
      otherClass: 0,
    };
    expect(same).toMatchObject({
      code: 0,
      err: "",
      answer: { report: { verdict: "exact", measured: none } },
    });
    const other = Object.entries(scnn.stateDict()).map(([name, { shape, data }]) => {
      return [
        name,
        { shape, data: name.endsWith("v_threshold") ? data.map((theta) => theta / 2) : data },
      ] as const;
    });
    writeFileSync(at("other.safetensors"), encodeSafetensors(other));
    const differs = await run("verify", inFolder(), at("other.safetensors"), ...digits);
    expect(differs.code).toBe(1);
    expect(differs.answer.error).toMatch(
      /other\.safetensors computes something else than .*verified, measured on the digits: 8 samples, 2 steps: \d+ of 4224 spikes differ/,
    );
    const { report } = differs.answer as { report: { measured: { differing: number; logitDrift: number } } };
    expect(report.measured.differing).toBeGreaterThan(0);
    expect(report.measured.logitDrift).toBeGreaterThan(0.01);
  });

  it("takes the weights of a folder for PyTorch", async () => {
    const out = at("network-for-torch");
    expect(await run("export", inFolder(), "--to", "pytorch", "--out", out, "--json")).toMatchObject({
      code: 0,
    });
    const { code, answer } = await run("verify", inFolder(), out, ...digits);
    expect(code).toBe(0);
    expect(answer).toMatchObject({
      file: join(out, "weights.safetensors"),
      report: { measured: { samples: 8, differing: 0, otherClass: 0 } },
    });
  });

  it("reads NIR as it is asked to", async () => {
    const file = at("network.nir");
    const exact = ["--to", "nir", "--profile", "exact", "--out", file, "--samples", "4", "--json"];
    expect(await run("export", inFolder(), ...exact)).toMatchObject({ code: 0 });
    const told = await run("verify", inFolder(), file, "--data", "digits", "--samples", "8");
    expect([told.code, told.err]).toEqual([0, ""]);
    expect(told.out).toMatch(
      /^the same: 8 samples, 2 steps: 0 of 4,?224 spikes differ \(0\.000 %\), logits by at most .*, 0 other classes\nread again from .*network\.nir, measured on the digits\n/,
    );
  });

  it("refuses what is no file of that network", async () => {
    const refused = async (...words: string[]): Promise<unknown> => {
      const { code, answer } = await run("verify", inFolder(), ...words, ...digits);
      expect(code).toBe(2);
      return answer.error;
    };
    const alien = join(files, "pytorch", "smlp_atif.pth");
    expect(await refused(alien)).toMatch(
      /smlp_atif\.pth: the arrays do not fit the network .*It was to be the network of .*verified\.$/,
    );
    expect(await refused(join(files, "nir", "hand_if.nir"))).toMatch(
      /cannot be compared: the models are .*; expected two that take/,
    );
    expect(await refused(at("net.safetensors"), "--cc", "gcc")).toMatch(
      /--cc is for a folder of C, and .* is a file/,
    );
    expect(await refused(at("net.safetensors"), "--reset", "hard")).toMatch(
      /is no file of NIR, and reset is of those alone/,
    );
    expect(await refused(at("qualia.toml"))).toMatch(/expected a network as \.safetensors/);
    expect(await refused(at("nothing"))).toMatch(/nothing does not exist; expected/);
    expect(await refused(folder, "--dt", "1")).toMatch(/--dt is for a file of NIR/);
  });
});
