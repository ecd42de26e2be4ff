/** Damaged, cut and foreign model files, read as a user reads them: loadModel() on a path. */

import { mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  Generator,
  init,
  Linear,
  loadModel,
  manualSeed,
  saveModel,
  SCNN,
  SMLP,
  type SpikingModel,
} from "../../src/index.js";
import { expectUsable } from "./golden-forward.js";
import { expectSentence } from "./sentence.js";

const folder = mkdtempSync(join(tmpdir(), "atif-bad-model-"));
const path = (name: string): string => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let model: SpikingModel;
let bytes: Buffer;

beforeAll(async () => {
  await init();
  manualSeed(5);
  model = new SCNN({
    inputShape: [6, 6, 1],
    outputShape: [3],
    filters: [2],
    kernelSizes: [3],
    paddings: [1],
    strides: [1],
    poolSizes: [2],
    fcUnits: [4],
    batchNorm: true,
    timesteps: 3,
    neuron: { kind: "ATIF", params: { alpha: 2 } },
  });
  await saveModel(path("sound.safetensors"), model, { dataset: "none" });
  bytes = readFileSync(path("sound.safetensors"));
});

/** Writes the bytes and loads them: the sentence, or "exact" if every bit of the model is as it was. */
async function outcome(damaged: Uint8Array): Promise<string> {
  const file = path("damaged.safetensors");
  writeFileSync(file, damaged);
  let loaded: SpikingModel;
  try {
    loaded = await loadModel(file);
  } catch (error) {
    expect(error, String(error)).toMatchObject({ name: "FormatError" });
    const { message } = error as Error;
    expect(message).toContain("damaged.safetensors");
    expectSentence(message.replaceAll(folder, ""));
    return message;
  }
  expect(loaded.architecture).toEqual(model.architecture);
  expect(loaded.training).toBe(model.training);
  const [is, was] = [loaded.stateDict(), model.stateDict()];
  expect(Object.keys(is)).toEqual(Object.keys(was));
  for (const name of Object.keys(was)) {
    expect(is[name].shape).toEqual(was[name].shape);
    expect(new Uint8Array(is[name].data.buffer)).toEqual(new Uint8Array(was[name].data.buffer));
  }
  return "exact";
}

describe("a damaged model file", () => {
  it("undamaged is exact", async () => {
    expect(await outcome(bytes)).toBe("exact");
  });

  it("gives a sentence or the exact model under 1,000 random flips of a bit", async () => {
    const random = new Generator(2026);
    let refused = 0;
    for (let flip = 0; flip < 1000; flip++) {
      const damaged = Uint8Array.from(bytes);
      const bit = random.integer(8 * damaged.length);
      damaged[bit >>> 3] ^= 1 << (bit & 7);
      if ((await outcome(damaged)) !== "exact") refused++;
    }
    // The checksum covers all of the file.
    expect(refused).toBe(1000);
    expectUsable();
  }, 60_000);

  it("is refused with up to 64 bytes changed at once", async () => {
    const random = new Generator(7);
    for (let round = 0; round < 200; round++) {
      const damaged = Uint8Array.from(bytes);
      for (let i = random.integer(64); i >= 0; i--)
        damaged[random.integer(damaged.length)] ^= 1 + random.integer(255);
      if (Buffer.compare(damaged, bytes) !== 0) expect(await outcome(damaged)).not.toBe("exact");
    }
  }, 60_000);

  it("is refused wherever it is cut, and with anything behind its end", async () => {
    const random = new Generator(3);
    const cuts = [
      0,
      1,
      7,
      8,
      9,
      bytes.length - 1,
      ...Array.from({ length: 100 }, () => random.integer(bytes.length)),
    ];
    for (const length of cuts) expect(await outcome(bytes.subarray(0, length))).not.toBe("exact");
    expect(await outcome(Buffer.concat([bytes, Buffer.of(0)]))).not.toBe("exact");
    expect(await outcome(Buffer.concat([bytes, bytes]))).not.toBe("exact");
  });

  it("is refused when two of its bytes have changed places", async () => {
    const random = new Generator(11);
    for (let round = 0; round < 100; round++) {
      const damaged = Uint8Array.from(bytes);
      const [i, j] = [random.integer(damaged.length), random.integer(damaged.length)];
      if (damaged[i] === damaged[j]) continue;
      [damaged[i], damaged[j]] = [damaged[j], damaged[i]];
      expect(await outcome(damaged)).not.toBe("exact");
    }
  });
});

describe("a file that is something else", () => {
  it.each<[string, string | Uint8Array, RegExp]>([
    ["nothing", "", /the file has 0 bytes; expected a safetensors file/],
    ["zeros", new Uint8Array(64), /the header ends at byte 8; expected "\{"/],
    ["ones", new Uint8Array(64).fill(255), /announce a header of 18446744073709551615 bytes; expected at most/],
    ["a ZIP archive of torch.save", Buffer.from("504b0304140000000800", "hex"), /This is a ZIP archive, as torch\.save writes: read it with readTorch/],
    ["a web page", "<!DOCTYPE html><html>", /This is not a safetensors file, or its start is damaged/],
    ["JSON", '{"weights": [1, 2, 3]}', /expected at most \d+/],
  ])("%s", async (_, content, says) => {
    writeFileSync(path("other"), content);
    const error = await loadModel(path("other")).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ name: "FormatError", message: expect.stringMatching(says) as string });
    expectSentence((error as Error).message.replaceAll(folder, ""));
  }); // prettier-ignore

  it("weights without an architecture name the way to load them", async () => {
    const { encodeSafetensors } = await import("../../src/formats/safetensors.js");
    writeFileSync(path("weights"), encodeSafetensors(Object.entries(model.stateDict())));
    await expect(loadModel(path("weights"))).rejects.toThrow("call loadStateDict(readStateDict(bytes)).");
  });
});

describe("paths", () => {
  const smlp = (): SMLP =>
    new SMLP({ inputShape: [2], outputShape: [2], units: [2], timesteps: 1, neuron: { kind: "ATIF" } });

  it.each<[string, () => Promise<unknown>, RegExp]>([
    ["loadModel: nothing", () => loadModel(undefined as never), /path is undefined; expected a string/],
    ["loadModel: no such file", () => loadModel(path("none")), /none: no such file; expected one there\. Check the spelling/],
    ["loadModel: no such folder", () => loadModel(path("a/b")), /the folder .*a does not exist; expected a file in it/],
    ["loadModel: a folder", () => loadModel(folder), /it names a folder; expected a file\. Add a file name\./],
    ["loadModel: a device", () => loadModel("/dev/zero"), /device, pipe or socket; expected a regular file/],
    ["loadModel: a file as folder", () => loadModel(path("sound.safetensors/x")), /is a file, not a folder; expected a folder there/],
    ["loadModel: a name with a zero byte", () => loadModel("a\0b"), /this is no file name; expected a path without zero bytes/],
    ["saveModel: no model", () => saveModel(path("x"), undefined as never), /model is undefined; expected a model such as new SMLP/],
    ["saveModel: swapped", () => saveModel(smlp() as never, path("x") as never), /model is "[^"]*x"; expected a model/],
    ["saveModel: a layer", () => saveModel(path("x"), new Linear(2, 2) as never), /model is a Linear; expected a model/],
    ["saveModel: a state dict", () => saveModel(path("x"), smlp().stateDict() as never), /model is an object; expected a model/],
    ["saveModel: no such folder", () => saveModel(path("no/x"), smlp()), /the folder .*no does not exist; expected it to\. Create it first/],
    ["saveModel: a folder", () => saveModel(folder, smlp()), /it names a folder; expected a file/],
    ["saveModel: a place that takes no files", () => saveModel("/proc/model", smlp()), /cannot write \/proc\/model: .*; expected/],
    ["saveModel: a fact that is NaN", () => saveModel(path("x"), smlp(), { accuracy: NaN }), /the fact "accuracy" is NaN; expected a finite number/],
  ])("%s", async (_, call, says) => {
    const error = await call().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(Error);
    expect((error as Error).message).toMatch(says);
    expectSentence((error as Error).message.replaceAll(folder, ""));
    expectUsable();
  }); // prettier-ignore

  it("a model that diverged is not written, and the file of before stays", async () => {
    const diverged = smlp();
    await saveModel(path("kept"), diverged);
    const before = readFileSync(path("kept"));
    diverged.parameters()[0].data[1] = NaN;
    await expect(saveModel(path("kept"), diverged)).rejects.toThrow("layers.fc1.weight holds NaN at element");
    expect(readFileSync(path("kept")).equals(before)).toBe(true);
  });

  it("what is cut while it is read is refused", async () => {
    mkdirSync(path("cut"));
    writeFileSync(path("cut/model"), bytes);
    truncateSync(path("cut/model"), bytes.length >>> 1);
    await expect(loadModel(path("cut/model"))).rejects.toThrow(/cut\/model: .*damaged|cut short/);
  });
});
