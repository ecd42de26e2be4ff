/** atif plot, in this process: pictures to files and to stdout, and what it refuses. */

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { plot, type PlotArguments } from "../../src/cli/commands/plot.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import { printTo } from "../../src/cli/terminal.js";
import { init, parseExperiment, runExperiment } from "../../src/index.js";
import { tagsOf } from "../drawing/tags.js";
import { configText, SMALL_SCNN, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);

beforeAll(async () => {
  await init();
  const text = configText({ epochs: 2, batchSize: 64, model: SMALL_SCNN });
  await runExperiment(parseExperiment(text).experiment, { out: at("run") });
});

/** What it said, or how it ended. */
async function plotted(args: Partial<PlotArguments>): Promise<string> {
  let said = "";
  printTo({ write: (text) => (said += text) }, { write: (text) => (said += text) });
  try {
    await plot({ run: at("run"), what: "graph", ...args });
    return said;
  } catch (thrown) {
    const { exitCode, sentence } = failureOf(thrown);
    return `${exitCode}: ${sentence}`;
  }
}

describe("atif plot", () => {
  it.each(["graph", "raster", "potential", "staircase", "confusion", "training"] as const)(
    "writes %s to stdout",
    async (what) => {
      const svg = await plotted({ what });
      expect(svg).toMatch(/^<svg /);
      expect(tagsOf(svg)).toContain("desc");
    },
  );

  it("writes an SVG file, and tells it as JSON", async () => {
    const out = at("graph.svg");
    expect(JSON.parse(await plotted({ out, json: true }))).toEqual({ what: "graph", file: out });
    expect(readFileSync(out, "utf8")).toBe(await plotted({}));
  });

  it("writes a PNG file", async () => {
    const out = at("training.png");
    expect(await plotted({ what: "training", out })).toBe(`wrote ${out}\n`);
    expect([...readFileSync(out).subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  });

  it("shows more steps than the network has, and the sample that is asked for", async () => {
    const [own, more] = [await plotted({ what: "raster" }), await plotted({ what: "raster", timesteps: 9 })];
    expect(own).not.toContain("time steps 1 to 9");
    expect(more).toContain("time steps 1 to 9");
    expect(await plotted({ what: "raster", sample: 3 })).not.toBe(own);
  });

  it("draws events: of a recording, and of the digits that move", async () => {
    const seven = await plotted({ run: "moving-digits", what: "events", sample: 7, frames: 4 });
    expect(seven).toMatch(/^<svg /);
    expect(seven).toContain("of 16 x 16 pixels in");
    expect(await plotted({ run: "moving-digits", what: "events", frames: 4 })).not.toBe(seven);
    const table = Uint8Array.of(1, 2, 3, 0, 9, 0, 0, 1);
    const head = "{'descr': '|u1', 'fortran_order': False, 'shape': (2, 4), }\n";
    const file = at("two.npy");
    writeFileSync(file, Buffer.concat([Buffer.from([0x93]), Buffer.from(`NUMPY\u0001\0${String.fromCharCode(head.length)}\0${head}`, "latin1"), table])); // prettier-ignore
    const recording = await plotted({ run: file, what: "events", sensor: "5x6" });
    expect(recording).toContain("2 events of 6 x 5 pixels in 0.008 ms: 1 on, 1 off");
  });

  it.each<[Partial<PlotArguments>, string]>([
    [{ what: "events", run: "moving-digits", sample: 360 }, "2: --sample is 360; expected 0 to 359"],
    [{ what: "events", run: "nothing.dat" }, "cannot read nothing.dat: "],
    [{ what: "events" }, "is a folder; expected a recording, such as hand.aedat4, or moving-digits"],
    [
      { what: "events", run: "a.dat", sensor: "5,6" },
      "2: --sensor is 5,6; expected height and width, such as 34x34",
    ],
    [
      { what: "events", run: "a.dat", sample: 1 },
      "2: --sample is 1, but a.dat is one recording; expected it left out.",
    ],
    [
      { what: "raster", frames: 3 },
      "2: --frames is for --what events; expected it left out with --what raster.",
    ],
    [
      { what: "graph", sample: 1 },
      "2: --sample is for --what raster, potential and events; expected it left out with --what graph.",
    ],
    [{ out: "x.jpg" }, "2: --out is x.jpg; expected the name of an .svg or a .png file."],
    [{ json: true }, "2: --json without --out; expected a file for the picture, as in --out network.svg."],
    [{ what: "raster", sample: 100_000 }, "2: --sample is 100000; expected 0 to"],
    [{ what: "potential", layer: "nothing" }, '2: layer is "nothing"; expected one of'],
    [{ what: "potential", neuron: ["x"] }, "2: --neuron is x; expected its number, such as 7."],
    [{ what: "potential", neuron: ["99999999"] }, "2: neurons has 99999999; expected numbers from 0 to"],
  ])("refuses %j in a sentence", async (args, sentence) => {
    expect(await plotted(args)).toContain(sentence);
  });

  it("draws no confusion of what was not tested", async () => {
    expect(await plotted({ run: at("run/model.safetensors"), what: "confusion" })).toContain("has no test");
  });

  it("draws no training of a model file, nor of damaged lines", async () => {
    const model = at("run", "model.safetensors");
    expect(await plotted({ run: model, what: "training" })).toContain("which has no epochs");
    writeFileSync(at("run", "metrics.jsonl"), "{\n");
    expect(await plotted({ what: "training" })).toContain("metrics.jsonl:1 is no JSON");
    expect(existsSync(at("nothing.svg"))).toBe(false);
  });
});
