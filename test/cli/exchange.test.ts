/** atif export --to onnx and --to pytorch: what is written, what is said, and what is refused. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { exportNetwork } from "../../src/cli/commands/export.js";
import type { ExportArguments } from "../../src/cli/exports/export-arguments.js";
import type { VerifyArguments } from "../../src/cli/commands/verify.js";
import { verifyExported } from "../../src/cli/commands/verify-exported.js";
import { checkVerdict } from "../../src/cli/exports/exchange-export.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import { printTo } from "../../src/cli/terminal.js";
import { fidelityReport } from "../../src/exchange/fidelity-report.js";
import {
  calibrate,
  init,
  loadDigits,
  quantizeModel,
  saveModel,
  SMLP,
  tensor,
  toPyTorch,
  toTorchStateDict,
  writeOnnx,
} from "../../src/index.js";
import { configText, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);
const model = (): SMLP =>
  new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [12], timesteps: 3, neuron: { kind: "ATIF" } });
let own: SMLP;
let said: { out: string; err: string };

async function exported(args: Partial<ExportArguments>): Promise<Record<string, unknown>> {
  said = { out: "", err: "" };
  printTo({ write: (text) => (said.out += text) }, { write: (text) => (said.err += text) });
  try {
    await exportNetwork({ run: at("digits.safetensors"), json: true, ...args });
  } catch (thrown) {
    const { exitCode, sentence, facts } = failureOf(thrown);
    return { exitCode, sentence, ...(Object.keys(facts).length === 0 ? {} : { facts }) };
  }
  return args.json === false ? {} : (JSON.parse(said.out) as Record<string, unknown>);
}

beforeAll(async () => {
  await init();
  own = model();
  await saveModel(at("digits.safetensors"), own, { dataset: "digits" });
  await saveModel(at("q8.safetensors"), quantizeModel(own, { bits: 8 }), { dataset: "digits" });
});

afterAll(() => printTo(process.stdout, process.stderr));

describe("--to onnx", () => {
  it("writes what the library writes, into a file of that name or into a folder, and answers with the report", async () => {
    const answer = await exported({ to: "onnx", out: at("made", "digits.onnx"), form: "step" });
    const { bytes, metadata, report } = writeOnnx(own, { form: "step" });
    expect(readFileSync(at("made", "digits.onnx")).equals(bytes ?? new Uint8Array())).toBe(true);
    expect(answer).toEqual({
      to: "onnx",
      file: at("made", "digits.onnx"),
      form: "step",
      bytes: bytes?.length,
      model: at("digits.safetensors"),
      metadata,
      report,
    });
    expect(await exported({ to: "onnx", out: at("made") })).toMatchObject({
      file: at("made", "network.onnx"),
      form: "unrolled",
    });
  });

  it("prints the verdict and what is lost", async () => {
    await exported({ to: "onnx", out: at("printed.onnx"), strict: true, json: false });
    expect(said.out).toMatch(
      /in ONNX, 3 time steps\n\nverdict: exact\n {2}surrogate gradients left out: .*\n {2}not measured: nothing here runs ONNX.*\n\nwrote .*printed\.onnx/,
    );
  });

  it.each([
    [{}, "--out is missing; expected the name of the file, as in --out network.onnx."],
    [{ out: "x.onnx", form: "dense" }, '--form is "dense"; expected one of unrolled, step.'],
    [{ out: "x.onnx", width: "8" }, "--width is for --to c; expected it left out with --to onnx."],
    [
      { out: "x.onnx", samples: 8 },
      "--samples is for --to c, nir, html, pytorch; expected it left out with --to onnx.",
    ],
  ])("refuses %o", async (args, sentence) => {
    expect(await exported({ to: "onnx", ...args })).toEqual({ exitCode: 2, sentence });
  });

  it("writes over nothing unless asked to", async () => {
    writeFileSync(at("mine.onnx"), "mine");
    const refused = await exported({ to: "onnx", out: at("mine.onnx") });
    expect(refused.sentence).toContain("mine.onnx is there already; expected a new name.");
    expect(readFileSync(at("mine.onnx"), "utf8")).toBe("mine");
    await exported({ to: "onnx", out: at("mine.onnx"), force: true });
    expect(readFileSync(at("mine.onnx")).length).toBeGreaterThan(1000);
  });

  it("names what of a network it cannot write", async () => {
    const refused = await exported({ run: at("q8.safetensors"), to: "onnx", out: at("q8.onnx") });
    expect(refused.exitCode).toBe(2);
    expect(refused.sentence).toMatch(
      /q8\.safetensors cannot be written as ONNX: layers\.fc1, layers\.fc2: the kind "QuantizedLinear": .*; layers\.neuron1: the kind "QuantizedATIF"/,
    );
  });
});

describe("--to html", () => {
  it("writes the page with this network, and says how large it is", async () => {
    const answer = await exported({ to: "html", out: at("digits.html"), name: "digits <of mine>" });
    const page = readFileSync(at("digits.html"));
    expect(answer).toEqual({
      to: "html",
      file: at("digits.html"),
      name: "digits <of mine>",
      bytes: page.length,
      gzipBytes: gzipSync(page, { level: 9 }).length,
      model: at("digits.safetensors"),
      inputShape: [8, 8, 1],
      timesteps: 3,
      timed: false,
      samples: 0,
    });
    expect(page.toString("utf8")).toContain("<title>digits &#60;of mine&#62;</title>");
    const [, model] = /id="model">([^<]*)</.exec(page.toString("utf8")) ?? [];
    expect(Buffer.from(model, "base64").equals(readFileSync(at("digits.safetensors")))).toBe(true);
    await exported({ to: "html", out: at("printed.html"), json: false });
    expect(said.out).toMatch(
      /it takes drawings, pictures, arrays of \[8, 8, 1\]\n\nwrote .*printed\.html {2}\d+ bytes, \d+ compressed\n$/,
    );
  });

  it("takes the name of the run, and quantized networks", async () => {
    const { train } = await loadDigits();
    const quantized = quantizeModel(own, { bits: 8 });
    calibrate(quantized, train.subset({ start: 0, end: 32 }));
    mkdirSync(at("digits-q8"));
    await saveModel(at("digits-q8", "model.safetensors"), quantized.eval(), { dataset: "digits" });
    const answer = await exported({ to: "html", run: at("digits-q8"), out: folder });
    expect(answer).toMatchObject({ name: "digits-q8", file: at("network.html") });
  });

  it("sends samples of the test set along where that is asked for", async () => {
    const answer = await exported({ to: "html", out: at("held.html"), samples: 2 });
    expect(answer.samples).toBe(2);
    const [, base64] = /id="samples">([^<]*)</.exec(readFileSync(at("held.html"), "utf8")) ?? [];
    const { test } = await loadDigits();
    expect([...Buffer.from(base64, "base64")]).toEqual([...test.x.subarray(0, 2 * 64)]);
    await saveModel(at("unknown.safetensors"), own);
    const refused = await exported({
      to: "html",
      run: at("unknown.safetensors"),
      out: at("no.html"),
      samples: 2,
    });
    expect(refused.sentence).toMatch(/does not say what the network was trained on; expected data/);
  });

  it("refuses what it cannot show", async () => {
    const coder = '[[data_augmentation]]\nkind = "LatencyEncoder"\nparams = { timesteps = 2 }';
    const timed = configText({ sections: coder }).replace("MultiStep", "MultiStepTimeStepsInData");
    await saveModel(at("coded.safetensors"), own, { experiment: timed });
    expect(await exported({ to: "html", run: at("coded.safetensors"), out: at("coded.html") })).toEqual({
      exitCode: 2,
      sentence: expect.stringMatching(
        /coded\.safetensors learned from samples that LatencyEncoder had changed, also where they are tested; expected/,
      ) as string,
    });
    expect(await exported({ to: "html", run: at("q8.safetensors"), out: at("q8.html") })).toEqual({
      exitCode: 2,
      sentence: expect.stringMatching(
        /q8\.safetensors cannot be shown by a page: Quantizer: it has no range/,
      ) as string,
    });
    expect(await exported({ to: "html", out: at("digits.html") })).toEqual({
      exitCode: 2,
      sentence: expect.stringContaining("digits.html is there already") as string,
    });
    expect(await exported({ to: "html", strict: true })).toEqual({
      exitCode: 2,
      sentence: "--strict is for --to onnx, nir, pytorch; expected it left out with --to html.",
    });
    expect(existsSync(at("coded.html")) || existsSync(at("q8.html"))).toBe(false);
  });
});

describe("atif verify", () => {
  const verified = async (folder: string, more: Partial<VerifyArguments> = {}): Promise<unknown> => {
    said = { out: "", err: "" };
    printTo({ write: (text) => (said.out += text) }, { write: (text) => (said.err += text) });
    return verifyExported({ run: at("digits.safetensors"), folder, samples: 8, ...more }).catch(
      (thrown: unknown) => failureOf(thrown),
    );
  };

  it("reads the weights of a folder for PyTorch again, and says what checks the rest", async () => {
    await exported({ to: "pytorch", out: at("verified") });
    expect(await verified(at("verified"))).toBeUndefined();
    expect(said.out).toMatch(
      /^the same: 8 samples, 3 steps: 0 of 288 spikes differ [^]*read again from .*verified\/weights\.safetensors[^]*network\.py is not run here; it checks itself: python .*verified\/network\.py\n$/,
    );
    writeFileSync(at("verified", "weights.safetensors"), toTorchStateDict(model()));
    expect(await verified(at("verified"))).toMatchObject({ exitCode: 1 });
  });

  it("says of ONNX that it is not run here, whatever the file is called", async () => {
    for (const name of ["asked.onnx", "asked.bin"]) {
      await exported({ to: "onnx", out: at(name) });
      expect(await verified(at(name))).toMatchObject({
        exitCode: 2,
        sentence: expect.stringMatching(
          /asked\.\w+ is a graph of ONNX, which atif writes and does not run/,
        ) as string,
      });
    }
  });
});

describe("a verdict", () => {
  const forms = [
    { to: "onnx", named: "ONNX", out: "made-of.onnx" },
    { to: "pytorch", named: "PyTorch", out: "made-of-torch" },
    { to: "nir", named: "NIR", out: "made-of.nir" },
  ];

  it.each(forms)(
    "unsupported: --to $to writes nothing, and answers with the report and exit code 2",
    async (form) => {
      const { to, named, out } = form;
      const refused = await exported({ run: at("q8.safetensors"), to, out: at(out) });
      expect(refused).toMatchObject({ exitCode: 2, facts: { report: { verdict: "unsupported" } } });
      expect(refused.sentence).toContain(`q8.safetensors cannot be written as ${named}: `);
      expect(existsSync(at(out))).toBe(false);
    },
  );

  it("approximate: exit code 1 with --strict, in every form alike, and nothing is written", () => {
    const note = {
      layer: "n",
      what: "lost",
      why: "there is no such thing.",
      verdict: "approximate",
    } as const;
    const report = fidelityReport([
      note,
      { ...note, layer: "m" },
      { ...note, verdict: "exact", what: "kept" },
    ]);
    const asked = { run: "runs/a", form: "X", strict: true };
    const failure = (): unknown => {
      try {
        return checkVerdict(asked, "content", report);
      } catch (thrown) {
        return failureOf(thrown);
      }
    };
    expect(failure()).toEqual({
      exitCode: 1,
      sentence:
        "runs/a would not compute the same in X: n, m: lost: there is no such thing. Leave out --strict to write it all the same.",
      facts: { report },
    });
    expect(checkVerdict({ ...asked, strict: false }, "content", report)).toBe("content");
    expect(checkVerdict(asked, "content", fidelityReport([]))).toBe("content");
  });
});

describe("--to pytorch", () => {
  it("writes the network, its weights, and samples of the test set", async () => {
    const answer = await exported({ to: "pytorch", out: at("torch") });
    const names = ["network.py", "weights.safetensors", "samples.safetensors"];
    expect(answer).toMatchObject({
      to: "pytorch",
      folder: at("torch"),
      tests: true,
      files: names,
      report: { verdict: "exact", measured: { samples: 64, timesteps: 3, differing: 0, otherClass: 0 } },
    });
    const { test } = await loadDigits();
    const first = tensor(
      Float32Array.from(test.x.subarray(0, 16 * 64), (value) => value / test.divisor),
      [16, 8, 8, 1],
    );
    const { files } = toPyTorch(own, { samples: first });
    for (const name of names)
      expect(readFileSync(at("torch", name)).equals(Buffer.from(files?.[name] as string)), name).toBe(true);
    expect(readFileSync(at("torch", "weights.safetensors")).equals(toTorchStateDict(own))).toBe(true);
  });

  it("prints how it checks itself", async () => {
    await exported({ to: "pytorch", out: at("torch"), force: true, json: false });
    expect(said.out).toMatch(
      /in PyTorch\n\nverdict: exact\n[^]*wrote .*torch\n {2}network\.py\n[^]*\nnext: python .*torch\/network\.py\n$/,
    );
  });

  it("writes over nothing, and into no file", async () => {
    mkdirSync(at("full"));
    writeFileSync(at("full", "network.py"), "mine");
    writeFileSync(at("file"), "");
    expect((await exported({ to: "pytorch", out: at("full") })).sentence).toMatch(
      /full holds network\.py; expected a folder without/,
    );
    expect((await exported({ to: "pytorch", out: at("file") })).sentence).toMatch(
      /file, which is a file; expected the name of a folder/,
    );
    expect((await exported({ to: "pytorch" })).sentence).toMatch(
      /--out is missing; expected the folder for the files/,
    );
  });
});
