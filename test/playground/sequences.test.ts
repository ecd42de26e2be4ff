/** Networks that learned from sequences: what the page shows them is the library's, and what it says of them is what Node computes. */

import {
  Dataset,
  encodeModel,
  Generator,
  imageFromStrokes,
  init,
  integrateEvents,
  latencyEncoder,
  loadDigits,
  manualSeed,
  movingDigitEvents,
  movingImage,
  recordActivity,
  saccadePath,
  simulateEvents,
  SCNN,
  SMLP,
  straightPath,
  tensor,
  type Path,
  type SpikingModel,
  type Stroke,
} from "atif";
import { beforeAll, describe, expect, it } from "vitest";
import type { Look } from "../../playground/worker/protocol.js";
import { Session } from "../../playground/worker/session.js";
import { defaultSettings } from "../../playground/state/settings.js";
import { drawnShape, eventsOfMoving } from "../../playground/worker/moving-drawing.js";
import { movingDigits } from "../../playground/worker/sequences.js";

/** A one. */
const strokes: readonly Stroke[] = [[140, 40, 140, 240]];

/** That it has seen moving digits is in its file. */
function convolutions(inputShape: readonly number[], timesteps = 4, stepMode: "s" | "m" = "m"): SpikingModel {
  manualSeed(3);
  return new SCNN({
    inputShape,
    outputShape: [10],
    filters: [3],
    kernelSizes: [3],
    paddings: [1],
    strides: [1],
    poolSizes: [2],
    fcUnits: [6],
    timesteps,
    stepMode,
    neuron: { kind: "ATIF", params: { vThreshold: 0.5 } },
  }).eval();
}

/** As the page opens without its network. */
async function opened(session: Session): Promise<void> {
  await session.open({ shippedModel: "nowhere:", settings: defaultSettings, language: "en" });
}

async function sessionWith(model: SpikingModel, facts: object = { time: true }) {
  const told: unknown[] = [];
  const session = new Session((event) => told.push(event));
  await opened(session);
  const summary = await session.load({ bytes: encodeModel(model, { ...facts }), name: "model.safetensors" });
  return { session, summary, told };
}

function fileOf(bytes: Uint8Array<ArrayBuffer>, name: string): File {
  return new File([bytes], name);
}

/** As numpy.save writes it. */
function npy(shape: readonly number[], values: Float32Array): Uint8Array<ArrayBuffer> {
  const head = `{'descr': '<f4', 'fortran_order': False, 'shape': (${shape.join(", ")},), }`;
  const padded = head.padEnd(128 - 10 - 1) + "\n";
  const bytes = new Uint8Array(128 + 4 * values.length);
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, 118, 0]);
  bytes.set(new TextEncoder().encode(padded), 10);
  bytes.set(new Uint8Array(values.buffer, values.byteOffset, values.byteLength), 128);
  return bytes;
}

/** An event of N-MNIST: x, y, then 40 bits of polarity and time. */
function nmnist(events: readonly (readonly [x: number, y: number, p: number, t: number])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    events.flatMap(([x, y, p, t]) => [x, y, (p << 7) | (t >> 16), (t >> 8) & 255, t & 255]),
  );
}

/** What Node says to the same. */
function expectAsInNode(look: Look, model: SpikingModel): void {
  const { sequence, timesteps } = look;
  if (sequence === null) throw new Error("it was shown no sequence");
  const own = recordActivity(model, tensor(sequence.values, [timesteps, 1, ...model.inputShape]), { time: true });
  expect(look.scores).toEqual(own.scores);
  expect(look.layers.map(({ spikes }) => spikes)).toEqual(own.layers.map(({ spikes }) => spikes));
  const mean = model.runSequence(tensor(sequence.values, [timesteps, 1, ...model.inputShape]));
  expect(look.scores.subarray(-model.outputShape[0])).toEqual(mean.toArray());
}

beforeAll(() => init({ threads: 1 }));

describe("a drawing before a network of event frames", () => {
  const asked = { input: { source: "drawing", strokes }, picked: null, whatIf: null } as const;

  it.each<["saccades" | "right" | "left" | "up" | "down", (generator: Generator) => Path]>([
    ["saccades", (generator) => saccadePath({ duration: 300_000, reach: 2, generator })],
    ["right", () => straightPath({ direction: [1, 0] })],
    ["left", () => straightPath({ direction: [-1, 0] })],
    ["up", () => straightPath({ direction: [0, -1] })],
    ["down", () => straightPath({ direction: [0, 1] })],
  ])("moving %s gives the frames that the library's sensor and its counting give", async (motion, pathOf) => {
    const model = convolutions([16, 16, 2]);
    const { session, summary } = await sessionWith(model);
    expect(summary.sequences).toBe("events");
    const look = await session.look({ ...asked, motion });
    const generator = new Generator(1);
    const scene = movingImage(imageFromStrokes(strokes, [8, 8, 1]), {
      shape: [8, 8],
      width: 16,
      height: 16,
      scale: 1.5,
      path: pathOf(generator),
    });
    const events = simulateEvents(scene, { width: 16, height: 16, duration: 300_000, generator });
    expect(look.sequence?.values).toEqual(integrateEvents(events, { frames: 4, by: "time" }).x);
    expect([look.timesteps, look.madeFor, look.sequence?.hasEvents]).toEqual([4, 4, true]);
    expectAsInNode(look, model);
  });

  it("that moves as the moving digits gives the events of a moving digit", async () => {
    const { train } = await loadDigits();
    // As the library numbers them: 2^21 for each seed, then the digit.
    const own = eventsOfMoving(train.batch([0]).x, [16, 16], "saccades", 2 ** 21);
    for await (const { events } of movingDigitEvents("train")) {
      expect(own).toEqual(events);
      break;
    }
    expect([drawnShape([16, 16]), drawnShape([34, 34])]).toEqual([[8, 8, 1], [28, 28, 1]]);
  });

  it("says that nothing is drawn, though the sensor has noise", async () => {
    const { session } = await sessionWith(convolutions([16, 16, 2]));
    const look = await session.look({ ...asked, input: { source: "drawing", strokes: [] }, motion: "saccades" });
    expect([look.isBlank, look.sequence?.values.some((value) => value > 0)]).toEqual([true, true]);
  });
});

describe("what else is shown step by step", () => {
  const drawing = { input: { source: "drawing", strokes }, motion: "right", picked: null, whatIf: null } as const;

  it("a film, for frames of one channel: the picture in the middle of each step", async () => {
    const model = convolutions([16, 16, 1], 3, "s");
    const { session, summary } = await sessionWith(model);
    expect(summary.sequences).toBe("video");
    const look = await session.look(drawing);
    const path = straightPath({ direction: [1, 0] });
    const image = imageFromStrokes(strokes, [8, 8, 1]);
    const scene = movingImage(image, { shape: [8, 8], width: 16, height: 16, scale: 1.5, path });
    const film = [50_000, 150_000, 250_000].flatMap((t) => Array.from(scene(t)));
    expect(look.sequence?.values).toEqual(Float32Array.from(film));
    expectAsInNode(look, model);
  });

  it("what the encoder of its file makes of a drawing, and of held-out digits", async () => {
    const model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [5], timesteps: 4, neuron: { kind: "ATIF" } }).eval();
    const experiment = `[bench]\nname = "a"\nseed = 1\n[learningframework]\nkind = "SpikingJellyTimeStepsInData"\n[dataset]\nkind = "Digits"
[[data_augmentation]]\nkind = "LatencyEncoder"\nparams = { timesteps = 4 }
[[model]]\nname = "m"\nkind = "SMLP"\nepochs = 1\noptimizer = { kind = "Adam", params = { lr = 0.01 } }
params = { units = [5], timesteps = 4, neuron = { kind = "ATIF" } }\n`;
    const { session, summary } = await sessionWith(model, { experiment });
    expect([summary.sequences, summary.fitsData]).toEqual(["coded", true]);
    const encoder = latencyEncoder({ timesteps: 4 });
    const look = await session.look(drawing);
    const x = imageFromStrokes(strokes, [8, 8, 1]);
    const own = encoder.encode(new Dataset({ name: "one", x, labels: [0], sampleShape: [8, 8, 1] }));
    expect(look.sequence?.values).toEqual(own.x);
    expectAsInNode(look, model);
    const { test } = await loadDigits();
    const seen = await session.look({ ...drawing, input: { source: "sample", index: 7 } });
    expect(seen.sequence?.values).toEqual(encoder.encode(test.subset({ start: 7, end: 8 })).x);
    expect(seen.label).toBe(test.labels[7]);
    expectAsInNode(seen, model);
    expect(await session.staircases(null)).toMatchObject({ samples: 360, isTimeMovable: false });
  });

  it("an array from a file, of as many steps as it has: those beyond its T are told", async () => {
    const model = new SMLP({ inputShape: [5], outputShape: [3], units: [4], timesteps: 2, neuron: { kind: "ATIF" } }).eval();
    const { session, summary } = await sessionWith(model);
    expect(summary.sequences).toBe("rows");
    const nothing = await session.look(drawing);
    expect([nothing.isBlank, nothing.timesteps]).toEqual([true, 2]);
    const values = Float32Array.from({ length: 35 }, (_, i) => Math.sin(i));
    for (const shape of [[7, 5], [1, 7, 5]]) {
      expect(await session.recording(fileOf(npy(shape, values), "a.npy"))).toBe("a.npy");
      const look = await session.look({ ...drawing, input: { source: "recording", name: "a.npy" } });
      expect([look.timesteps, look.madeFor, look.sequence?.kind]).toEqual([7, 2, "rows"]);
      expect(look.sequence?.values).toEqual(values);
      expectAsInNode(look, model);
    }
    for (const [shape, sentence] of [
      [[5, 7], "a.npy gives [5, 7]; this network takes [T, 5], T time steps."],
      [[35], "a.npy gives [35]; this network takes [T, 5]"],
    ] as const) {
      await expect(session.recording(fileOf(npy(shape, values), "a.npy"))).rejects.toThrow(sentence);
    }
    await expect(session.recording(fileOf(nmnist([[1, 2, 1, 5]]), "a.bin"))).rejects.toThrow(
      "a.bin is a recording of events, and this network takes [5] at a time step; expected one that takes frames of events",
    );
  });

  it("events from a file, cut as the network's file says", async () => {
    const model = convolutions([34, 34, 2], 2);
    const { session } = await sessionWith(model);
    const bytes = nmnist([[3, 4, 1, 0], [3, 4, 1, 10], [33, 0, 0, 900], [3, 4, 0, 1000]]);
    await session.recording(fileOf(bytes, "00002.bin"));
    const look = await session.look({ ...drawing, input: { source: "recording", name: "00002.bin" } });
    const at = (t: number, y: number, x: number, p: number): number | undefined =>
      look.sequence?.values[((t * 34 + y) * 34 + x) * 2 + p];
    // By equal times: two events in the first half, two in the second.
    expect([at(0, 4, 3, 1), at(0, 4, 3, 0), at(1, 0, 33, 0), at(1, 4, 3, 0), at(1, 4, 3, 1)]).toEqual([2, 0, 1, 1, 0]);
    expect(look.sequence?.values.reduce((a, b) => a + b, 0)).toBe(4);
    expectAsInNode(look, model);
    const other = await sessionWith(convolutions([16, 16, 2], 2));
    await expect(other.session.recording(fileOf(bytes, "00002.bin"))).rejects.toThrow(
      "00002.bin gives [T, 34, 34, 2]; this network takes [T, 16, 16, 2], T time steps.",
    );
  });
});

describe("moving digits at hand", () => {
  it("come with a network that takes them: held-out samples, arrivals, staircases and health are of sequences", async () => {
    const model = convolutions([16, 16, 2], 2);
    const { session, summary, told } = await sessionWith(model);
    expect(summary.fitsData).toBe(false);
    // What replaces data waits for its turn, and so does what comes behind it.
    await session.pause();
    expect(told).toMatchObject([{ type: "data", data: { name: "moving digits", sampleShape: [2, 16, 16, 2], test: 360 }, model: { fitsData: true } }]);
    const test = await movingDigits("test", 2, 1);
    const asked = { input: { source: "sample", index: 5 }, motion: "saccades", picked: null, whatIf: null } as const;
    const look = await session.look(asked);
    expect(look.sequence?.values).toEqual(test.batch([5]).x);
    expect(look.label).toBe(test.labels[5]);
    expectAsInNode(look, model);
    // Each step has an input of its own: what arrives is that of the step.
    for (const step of [1, 2]) {
      const found = await session.arrivals({ layer: 0, neuron: 3 * (8 * 16 + 8), step });
      if (found === null) throw new Error("it was not taken apart");
      for (const { source, neuron, value } of found.arrivals) {
        expect(source).toBe(-1);
        expect(value).toBe(look.sequence?.values[(step - 1) * 512 + neuron]);
      }
      const sum = found.arrivals.reduce((total, { value, weight }) => total + value * weight, 0);
      const trace = await session.trace({ layer: 0, neuron: 3 * (8 * 16 + 8) });
      expect(sum + found.others + found.constant).toBeCloseTo(trace.input[step - 1], 4);
    }
    const stairs = await session.staircases(null);
    expect([stairs.samples, stairs.timesteps, stairs.isTimeMovable]).toEqual([360, 2, false]);
    // T of a sequence is its own, whatever an address asks for.
    const moved = await session.staircases({ thetas: stairs.layers.map(() => 0.25), timesteps: 7 });
    expect([moved.timesteps, moved.layers[0].theta]).toEqual([2, 0.25]);
    const { svg, csv } = await session.figure({ figure: "events" });
    expect(svg).toBe(null);
    const shown = csv.trim().split("\n").slice(1);
    expect(shown).toHaveLength(test.batch([5]).x.filter((value) => value !== 0).length);
  }, 60_000);

  it("of a network that takes still digits stand still again", async () => {
    const { session, told } = await sessionWith(convolutions([16, 16, 2], 2));
    await session.pause();
    await session.load({ bytes: encodeModel(convolutions([8, 8, 1])), name: "still" });
    await session.pause();
    expect(told.at(-1)).toMatchObject({ type: "data", data: { name: "digits", sampleShape: [8, 8, 1] } });
  }, 60_000);
}); // prettier-ignore
