/** atif init --data: what is there is looked at and told, and the experiment fits it. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { parseExperiment, type Experiment } from "../../src/index.js";
import { temporaryFolder } from "./atif.js";
import { atifHere } from "./in-process.js";

/** As where nobody has installed sharp. */
vi.mock("../../src/platform/optional-package.js", () => ({
  optionalPackage: (name: string) => Promise.reject(new Error(`Cannot find package '${name}'`)),
}));

const folder = temporaryFolder();

function write(name: string, content: string | Uint8Array): void {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function npy(descr: string, shape: string, values: ArrayBufferView): Uint8Array {
  const header = `${`{'descr': '${descr}', 'fortran_order': False, 'shape': ${shape}, }`.padEnd(117)}\n`;
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const magic = [0x93, ...new TextEncoder().encode("NUMPY"), 1, 0, header.length, 0];
  return Uint8Array.from([...magic, ...new TextEncoder().encode(header), ...bytes]);
}

/** One event of N-MNIST: x, y, polarity and time in five bytes. */
const event = (x: number, y: number, t: number): number[] => [
  x,
  y,
  0x80 | (t >> 16),
  (t >> 8) & 255,
  t & 255,
];

async function init(
  data: string,
  ...more: string[]
): Promise<{ said: string; found: object; experiment: Experiment }> {
  const words = ["init", `${data}.toml`, "--data", data, "--force", ...more];
  const { code, stdout, stderr } = await atifHere(words, { cwd: folder });
  expect([code, stderr]).toEqual([0, ""]);
  const answer = await atifHere([...words, "--json"], { cwd: folder });
  const { found } = JSON.parse(answer.stdout) as { found: object };
  const { experiment, warnings } = parseExperiment(readFileSync(join(folder, `${data}.toml`), "utf8"));
  expect(warnings).toEqual([]);
  return { said: stdout.split("\n")[0], found, experiment };
}

describe("says what it found, and writes what fits", () => {
  it("of a table", async () => {
    write("flowers.csv", `a,b,species\n${["1,2,x", "3,4,y", "5,6,x", "7,8,x", "9,8,y"].join("\n")}\n`);
    const { said, found, experiment } = await init("flowers.csv");
    expect(said).toBe(
      'found CSV at flowers.csv: samples of [2], 2 classes, 4 to train with, 2 of the smallest class, "x", 1 to test with',
    );
    expect(found).toEqual({
      kind: "CSV",
      sampleShape: [2],
      timesteps: null,
      classes: 2,
      train: 4,
      test: 1,
      smallestClass: { name: "x", samples: 2 },
    });
    expect(experiment.dataset).toMatchObject({ kind: "CSV", params: { label: "species", sampleShape: [2] } });
    expect(experiment.models[0].kind).toBe("SMLP");
  });

  it("of arrays over time: the steps are those of the network", async () => {
    const pixels = Float32Array.from({ length: 4 * 5 * 8 * 8 }, (_, i) => i % 7);
    write("frames/x.npy", npy("<f4", "(4, 5, 8, 8, 1)", pixels));
    write("frames/y.npy", npy("<i4", "(4,)", Int32Array.of(0, 1, 1, 0)));
    const { said, experiment } = await init("frames", "--neuron", "LIFNode");
    expect(said).toMatch(
      /^found NumPy at frames: samples of \[8, 8, 1\] in 5 time steps, 2 classes, 3 to train with/,
    );
    expect(experiment.learningFramework.kind).toBe("SpikingJellyMultiStepTimeStepsInData");
    expect(experiment.models[0]).toMatchObject({
      kind: "SCNN",
      params: { timesteps: 5, neuron: { kind: "LIFNode" } },
    });
  });

  it("of recordings", async () => {
    const recording = Uint8Array.from([...event(3, 4, 100), ...event(5, 6, 2000), ...event(5, 7, 90_000)]);
    for (const [name, count] of [
      ["train/0", 3],
      ["train/1", 2],
      ["test/0", 1],
      ["test/1", 1],
    ] as const)
      for (let i = 0; i < count; i++) write(`nmnist/${name}/${i}.bin`, recording);
    const { said, experiment } = await init("nmnist");
    expect(said).toBe(
      "found EventFolder at nmnist: samples of [34, 34, 2] in 8 time steps, 2 classes, 5 to train with, 2 of the smallest " +
        'class, "1", 2 to test with',
    );
    expect(experiment.dataset).toMatchObject({
      kind: "EventFolder",
      params: { sensorShape: [34, 34], classes: 2, timesteps: 8, splitBy: "number" },
    });
    expect(experiment.models[0]).toMatchObject({ kind: "SCNN", params: { timesteps: 8 } });
  });
});

describe("is refused in a sentence, and nothing is written", () => {
  const refusal = async (data: string): Promise<string> => {
    const { code, stdout, stderr } = await atifHere(["init", "no.toml", "--data", data], { cwd: folder });
    expect([code === 0, stdout]).toEqual([false, ""]);
    expect(() => readFileSync(join(folder, "no.toml"))).toThrow("ENOENT");
    return stderr;
  };

  it("where nothing is", async () => {
    expect(await refusal("nowhere")).toContain(
      "there is no file or folder nowhere; expected data to write an experiment for.",
    );
    write("empty/readme.txt", "nothing");
    expect(await refusal("empty")).toContain(
      "empty holds nothing that is known as data; expected a folder with",
    );
  });

  it("where something is damaged", async () => {
    write("bad.csv", "a,b,label\n1,2,x\n3,four,y\n");
    expect(await refusal("bad.csv")).toContain('bad.csv: sample 2, column "b", is "four"; expected a number');
    write("cut/x.npy", npy("<f4", "(4, 8, 8)", new Float32Array(64)));
    write("cut/y.npy", npy("<i4", "(4,)", Int32Array.of(0, 1, 1, 0)));
    expect(await refusal("cut")).toContain("x.npy");
    write("torn/cat/a.png", Uint8Array.of(137, 80, 78, 71, 13, 10, 26, 10, 0));
    expect(await refusal("torn")).toContain("a.png");
  });
});

describe("JPEG without the package sharp", () => {
  const jpeg = Uint8Array.of(0xff, 0xd8, 0xff, 0xe0, 0, 16, 0x4a, 0x46, 0x49, 0x46, 0, 1);
  const sentence =
    "is JPEG, which needs the package sharp, and that could not be loaded (Cannot find package 'sharp'). Install it with " +
    "npm install sharp, or save the pictures as PNG.";

  it.each([
    ["init", ["init", "j.toml", "--data", "photos"]],
    ["train", ["train", "--data", "photos", "--out", "run-j"]],
    ["train of a file", ["train", "photos.toml", "--out", "run-k"]],
  ])("is said by atif %s", async (_name, words) => {
    write("photos/cat/a.jpg", jpeg);
    write("photos/dog/b.jpg", jpeg);
    await atifHere(["init", "photos.toml", "--dataset", "image-folder", "--data", "photos", "--force"], {
      cwd: folder,
    });
    const { code, stderr } = await atifHere(words, { cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).toContain(`a.jpg ${sentence}`);
  });

  it("is said by atif predict", async () => {
    const trained = await atifHere(["train", "--epochs", "0", "--out", "run-p", "--quiet"], { cwd: folder });
    expect(trained.code).toBe(0);
    write("one.jpg", jpeg);
    const { code, stderr } = await atifHere(["predict", "run-p", "one.jpg"], { cwd: folder });
    expect(code).not.toBe(0);
    expect(stderr).toContain(`one.jpg ${sentence}`);
  });
});
