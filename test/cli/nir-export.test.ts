import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import { FoundFailure, UsageError } from "../../src/cli/exit-codes.js";
import { exportAsNir } from "../../src/cli/exports/nir.js";
import { printTo } from "../../src/cli/terminal.js";
import { init, readNir, saveModel, SMLP, SResNet, type FidelityReport } from "../../src/index.js";

const folder = mkdtempSync(join(tmpdir(), "atif-nir-"));
const run = join(folder, "model.safetensors");
let printed = "";
const stream = { write: (text: string): unknown => (printed += text) };

beforeAll(async () => {
  await init();
  const neuron = { kind: "ATIF" } as const;
  await saveModel(
    run,
    new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [12], timesteps: 3, neuron }),
  );
  printTo(stream, stream);
});
afterAll(() => {
  printTo(process.stdout, process.stderr);
  rmSync(folder, { recursive: true });
});

it("writes a file, says what is lost, and measures it", async () => {
  const out = join(folder, "net.nir");
  await exportAsNir({ run, out, profile: "exact", data: "digits", samples: 10, json: true });
  const answer = JSON.parse(printed) as { readonly file: string; readonly report: FidelityReport };
  expect(answer).toMatchObject({ to: "nir", file: out, profile: "exact", report: { verdict: "exact" } });
  expect(answer.report.measured).toMatchObject({ samples: 10, timesteps: 3, spikes: 360, differing: 0 });
  expect((await readNir(new Uint8Array(readFileSync(out)))).model.timesteps).toBe(3);
});

it("writes nothing that is not exact with --strict", async () => {
  const strict = exportAsNir({
    run,
    out: join(folder, "strict.nir"),
    data: "digits",
    strict: true,
    json: true,
  });
  await expect(strict).rejects.toThrow(FoundFailure);
  await expect(strict).rejects.toThrow(
    /would not compute the same in NIR: layers\.neuron1: soft reset written as hard/,
  );
  expect(() => readFileSync(join(folder, "strict.nir"))).toThrow("ENOENT");
});

it("refuses profiles that there are not, and networks that NIR cannot say", async () => {
  await expect(exportAsNir({ run, profile: "plain" })).rejects.toThrow(UsageError);
  const residual = join(folder, "residual.safetensors");
  const shapes = { inputShape: [8, 8, 1], outputShape: [10], filters: [4, 6], kernelSizes: [3, 3] };
  const blocks = { numBlocks: [1], strides: [1, 2], paddings: [1, 1], neuron: { kind: "ATIF" } } as const;
  await saveModel(residual, new SResNet({ ...shapes, ...blocks, timesteps: 2 }));
  await expect(exportAsNir({ run: residual, out: join(folder, "r.nir") })).rejects.toThrow(
    /residual\.safetensors cannot be written as NIR: layers\.0\.0\.pool1, layers\.0\.0\.smax: MaxPool2d: NIR has no maximum/,
  );
});
