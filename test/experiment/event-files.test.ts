/** Experiments on recordings in files, in this library's words and in Qualia's. */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadDataset, prepareData } from "../../src/experiment/data.js";
import { parseExperiment, writeExperiment } from "../../src/experiment/description/index.js";
import type { Experiment } from "../../src/experiment/description/experiment.js";
import { runExperiment } from "../../src/experiment/run-experiment.js";
import { init } from "../../src/kernels/select.js";
import { spokenDigits } from "../formats/events/spoken-digits.js";
import { aedat3Header, aedat3Packet, ascii } from "../formats/events/written.js";
import "../../src/ops/install.js";

let root: string;

beforeAll(async () => {
  await init({ backend: "wasm", threads: 1 });
  root = mkdtempSync(join(tmpdir(), "atif-event-files-"));
  for (const name of ["shd_train", "shd_test", "ssc_train", "ssc_valid", "ssc_test"])
    writeFileSync(join(root, `${name}.h5`), spokenDigits);
  for (const [set, user] of [
    ["train", "user01_led"],
    ["test", "user24_led"],
  ]) {
    // prettier-ignore
    const events = Array.from({ length: 25 }, (_, i) => ({ t: 10 * i, x: i, y: 0, p: i % 2 }));
    writeFileSync(join(root, `trials_to_${set}.txt`), `${user}.aedat\n`);
    writeFileSync(
      join(root, `${user}.aedat`),
      Uint8Array.from([...ascii(aedat3Header()), ...aedat3Packet({ events })]),
    );
    writeFileSync(
      join(root, `${user}_labels.csv`),
      "class,startTime_usec,endTime_usec\n3,0,121\n1,130,250\n",
    );
  }
  for (const set of ["train", "test"]) mkdirSync(join(root, set));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

const MODEL = `
[[model]]
name = "small"
kind = "SMLP"
epochs = 1
batch_size = 4
params = { units = [4], timesteps = 3, neuron = { kind = "ATIF" } }
optimizer = { kind = "Adam", params = { lr = 0.01 } }
`;

const file = (kind: string, params = "", steps = ""): string => `
[bench]
name = "events"
seed = 1
[learningframework]
kind = "SpikingJellyTimeStepsInData"
[dataset]
kind = "${kind}"
params = { path = ${JSON.stringify(root)}${params} }
${steps}
${MODEL}`;

const step = (kind: string, params: string): string =>
  `[[preprocessing]]\nkind = "${kind}"\nparams = { ${params} }\n`;
const byDuration = step("IntegrateEventsByFixedDuration", "duration = 40");
const byNumber = step("IntegrateEventsByFixedFramesNumber", 'split_by = "number", frames_num = 6');
const grouped = step("Group2TimeStepsBySample", "timesteps = 3");
const classes = step("Class2BinMatrix", "classes = 12");
const parsed = (text: string): Experiment => parseExperiment(text).experiment;

describe("DVSGesture", () => {
  it.each([
    [byDuration, ', timesteps = 3, split_by = "duration", duration = 40', [2, 0]],
    [byNumber, ', timesteps = 3, split_by = "number", frames = 6', [2, 2, 0, 0]],
    [byNumber.replace('"number"', '"time"'), ', timesteps = 3, split_by = "time", frames = 6', [2, 2, 0, 0]],
  ])("reads Qualia's steps as what they are of the set: %s", async (integrate, params, labels) => {
    const qualia = parsed(file("DVSGesture", ', data_type = "frame"', integrate + grouped + classes));
    const own = parsed(file("DVSGesture", params, classes));
    expect(qualia).toEqual(own);
    expect(qualia.preprocessing.map(({ kind }) => kind)).toEqual(["Class2BinMatrix"]);
    expect(parsed(writeExperiment(qualia))).toEqual(own);
    const { train } = await prepareData(qualia);
    expect([train.sampleShape, train.classes, train.time]).toEqual([[3, 128, 128, 2], 12, true]);
    // 13 and 12 events: 120 us are three frames of 40, of which the last holds what is at its end, and 110 are three as well.
    expect([...train.labels]).toEqual(labels);
    const sizes = labels.map((_, i) => train.batch([i]).x.reduce((sum, count) => sum + count, 0));
    expect(sizes.reduce((a, b) => a + b)).toBe(25);
  });

  it("cuts frames that begin with an event, with preprocessing", async () => {
    const { dataset } = parsed(file("DVSGestureWithPreprocessing", ', data_type = "frame", duration = 25, timesteps = 3')); // prettier-ignore
    const { train } = await loadDataset(dataset);
    // Windows of 0, 10, 20 | 30, 40, 50 | …: 13 events are five, one sample and two frames that are left; 12 are four.
    expect([...train.labels]).toEqual([2, 0]);
    const { x } = train.batch([0]);
    const frame = x.length / 3;
    expect([0, 1, 2].map((i) => x.subarray(i * frame, (i + 1) * frame).reduce((a, b) => a + b))).toEqual([
      3, 3, 3,
    ]);
  });

  it("trains, and from tables of a program", async () => {
    const [run] = await runExperiment(parsed(file("DVSGesture", ", max_count = 255", byNumber + grouped)));
    expect(run.test?.confusion.flat().reduce((a, b) => a + b)).toBe(4);
    const [same] = await runExperiment({
      bench: { name: "events", seed: 1 },
      learningframework: { kind: "SpikingJellyTimeStepsInData" },
      dataset: {
        kind: "DVSGesture",
        params: { path: root, max_count: 255, timesteps: 3, split_by: "number", frames: 6 },
      },
      model: [
        {
          ...{ name: "small", kind: "SMLP", epochs: 1, batch_size: 4 },
          params: { units: [4], timesteps: 3, neuron: { kind: "ATIF" } },
          optimizer: { kind: "Adam", params: { lr: 0.01 } },
        },
      ],
    });
    expect(same.test).toEqual(run.test);
  });
});

describe("SHD and SSC", () => {
  it("are read by h5wasm, and have a set for validation where their files do", async () => {
    const shd = await prepareData(parsed(file("SHD", "", byNumber.replace("6", "3") + grouped)));
    expect(Object.keys(shd)).toEqual(["train", "test"]);
    expect([shd.train.sampleShape, shd.train.classes, shd.train.name]).toEqual([[3, 700, 2], 20, "SHD"]);
    const limit = step("DatasetLimit", "samples = 2");
    const ssc = await prepareData(parsed(file("SSC", ", timesteps = 3", limit)));
    expect([ssc.train, ssc.valid, ssc.test].map((set) => [set?.length, set?.classes])).toEqual([[2, 35], [2, 35], [2, 35]]); // prettier-ignore
    const best = file("SSC", ", timesteps = 3").replace(
      'TimeStepsInData"',
      'TimeStepsInData"\nparams = { use_best_epoch = true }',
    );
    const [run] = await runExperiment(parsed(best));
    expect(run.test?.confusion.flat().reduce((a, b) => a + b)).toBe(3);
    const other = parsed(file("SHD", ', timesteps = 3, prefix = "ssc"'));
    expect((await loadDataset(other.dataset)).test.length).toBe(3);
  });
});

describe("steps on events", () => {
  it.each<[string, string, string, string]>([
    [
      "SHD",
      "",
      byNumber,
      "preprocessing[0] is IntegrateEventsByFixedFramesNumber, whose frames nobody groups; expected",
    ],
    [
      "SHD",
      "",
      grouped,
      "preprocessing[0] is Group2TimeStepsBySample, and nothing made frames before it; expected",
    ],
    [
      "SHD",
      "",
      byNumber + byDuration,
      "preprocessing[1] is IntegrateEventsByFixedDuration, whose frames nobody groups",
    ],
    ["SHD", "", byNumber + grouped + grouped, "preprocessing[2] is one step of this kind too many"],
    [
      "SHD",
      "",
      classes + byNumber + grouped,
      "preprocessing[1] is IntegrateEventsByFixedFramesNumber, behind Class2BinMatrix; expected it before all others.",
    ],
    [
      "SHD",
      "",
      byNumber + classes + grouped,
      "preprocessing[2] is Group2TimeStepsBySample, behind Class2BinMatrix",
    ],
    [
      "SHD",
      ", timesteps = 3",
      byNumber + grouped,
      "dataset.params.timesteps stands beside IntegrateEventsByFixedFramesNumber in [[preprocessing]]",
    ],
    [
      "SHD",
      "",
      byNumber.replace("6", "2") + grouped,
      "dataset.params.frames is 2, but a sample has 3 of them",
    ],
    [
      "SHD",
      "",
      byNumber.replace('"number"', '"events"') + grouped,
      'preprocessing[0].params.split_by is "events"; expected',
    ],
    ["SHD", "", byDuration.replace("40", "0") + grouped, "preprocessing[0].params.duration is 0; expected"],
    [
      "SHD",
      "",
      byNumber + grouped.replace("timesteps", "steps"),
      "preprocessing[1].params.steps is not a known key",
    ],
    ["SHD", "", byDuration.replace("params", "parms") + grouped, "parms"],
    [
      "SHD",
      ', timesteps = 3, split_by = "duration", duration = 3, frames = 3',
      "",
      'dataset.params.frames is 3, but split_by is "duration"',
    ],
    ["SHD", ', prefix = ""', "", "prefix"],
    [
      "DVSGesture",
      ', data_type = "event"',
      byNumber + grouped,
      'dataset.params.data_type is "event"; expected "frame"',
    ],
    [
      "DVSGestureWithPreprocessing",
      ", duration = 5, timesteps = 3",
      byNumber + grouped,
      "the samples of DVSGestureWithPreprocessing are no recordings of events that are still to be counted",
    ],
    ["DVSGestureWithPreprocessing", ", timesteps = 3", "", "dataset.params.duration is missing"],
    [
      "SHD",
      "",
      byNumber + step("Group2TimeStepsBySample", "timesteps = 2"),
      "timesteps is 3, but samples of SHD have 2 time steps",
    ],
    [
      "SSC",
      ", timesteps = 3",
      step("DatasetSplitter", 'dest = "valid"'),
      'dest is "valid"; expected a set that SSC does not have yet',
    ],
  ])("of %s with %s%s are refused", (kind, params, steps, message) => {
    // prettier-ignore
    expect(() => parseExperiment(file(kind, params, steps))).toThrow(message);
  });
});
