/** A folder of several runs in the place of a network: each is tested and looked into, and what they have in common told. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { spreadOf } from "../../src/experiment/spread.js";
import { init, parseExperiment, runExperiment, type ExperimentResult } from "../../src/index.js";
import { answerOf, atif, configText, temporaryFolder, type Ended } from "./atif.js";

const folder = temporaryFolder();
/** Runs 3 and 4 of two models. */
const text = `${configText().replace("first_run = 1", "first_run = 3").replace("last_run = 1", "last_run = 4")}[[model]]
name = "wide"
${configText().split('name = "net"\n')[1].replace("[16]", "[24]")}`;
const NAMES = ["net-3", "wide-3", "net-4", "wide-4"];
let results: ExperimentResult[];

function run(...words: string[]): Promise<Ended> {
  return atif(words, { cwd: folder });
}

function accuracies(model: string): number[] {
  return results.flatMap(({ name, test }) => (name === model && test !== null ? [test.accuracy] : []));
}

interface Answer {
  readonly runs: readonly Record<string, unknown>[];
  readonly statistics: readonly Record<string, unknown>[];
}

beforeAll(async () => {
  await init();
  results = await runExperiment(parseExperiment(text).experiment, { out: join(folder, "several") });
});

describe("several runs", () => {
  it("are summed up in the summary of their folder", () => {
    const summary = JSON.parse(readFileSync(join(folder, "several", "summary.json"), "utf8")) as Answer;
    expect(summary).toMatchObject({ status: "complete", runs: 4 });
    expect(summary.statistics).toMatchObject(
      ["net", "wide"].map((model) => ({ model, runs: 2, test: { accuracy: spreadOf(accuracies(model)) } })),
    );
    expect(accuracies("net")).toHaveLength(2);
  });

  it("are summed up at the end of their training, also when they were complete before", async () => {
    const { code, stdout, stderr } = await run("train", "--resume", "several");
    expect([code, stderr]).toEqual([0, ""]);
    const lines = stdout.split("\n");
    expect(lines.slice(0, 4)).toEqual(
      NAMES.map((name) => `several/${name} is complete; there is nothing to do.`),
    );
    expect(lines[5]).toMatch(/^run +seed +epochs +train loss +test accuracy +test loss$/);
    expect(lines.slice(6, 10).map((line) => line.split(/ +/).slice(0, 3))).toEqual(
      NAMES.map((name) => [name, name.endsWith("3") ? "5" : "6", "2"]),
    );
    const percent = (value: number | null | undefined): string => (100 * (value ?? NaN)).toFixed(2);
    for (const [i, model] of ["net", "wide"].entries()) {
      const spread = spreadOf(accuracies(model));
      expect(lines[11 + i]).toContain(
        `${model}: accuracy ${percent(spread?.mean)} ± ${percent(spread?.std)} % ` +
          `(${percent(spread?.min)} to ${percent(spread?.max)} %), loss `,
      );
      expect(lines[11 + i]).toMatch(/, loss \d\.\d{3} ± \d\.\d{3} \(\d\.\d{3} to \d\.\d{3}\), 2 runs$/);
    }
    expect(lines[14]).toMatch(/^next: node .*main\.js eval several$/);
  });

  it("are tested one by one", async () => {
    const ended = await run("eval", "several", "--json");
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    const answer = answerOf(ended) as unknown as Answer;
    expect(answer).toMatchObject({ folder: "several", unfinished: [] });
    expect(answer.runs).toHaveLength(4);
    for (const [i, { seed, run: number, test }] of results.entries()) {
      const { layers: _, ...figures } = test ?? { layers: [] };
      expect(answer.runs[i]).toMatchObject({
        folder: `several/${NAMES[i]}`,
        model: `several/${NAMES[i]}/model.safetensors`,
        data: "the digits",
        run: number,
        seed,
        ...figures,
      });
      expect(answer.runs[i].classes).toHaveLength(10);
    }
    const losses = results.flatMap(({ name, test }) => (name === "wide" && test !== null ? [test.loss] : []));
    expect(answer.statistics.map(({ model, runs }) => [model, runs])).toEqual([
      ["net", 2],
      ["wide", 2],
    ]);
    expect(answer.statistics[1]).toMatchObject({
      accuracy: spreadOf(accuracies("wide")),
      loss: spreadOf(losses),
    });
  });

  it("that are partly complete are tested as far as they are, and the others named", async () => {
    await runExperiment(parseExperiment(text).experiment, {
      out: join(folder, "partly"),
      overrides: [["model.0.epochs", 0], ["model.1.epochs", 0]], // prettier-ignore
    });
    for (const name of ["wide-3", "wide-4"]) rmSync(join(folder, "partly", name), { recursive: true });
    mkdirSync(join(folder, "partly", "wide-3"));
    rmSync(join(folder, "partly", "summary.json"));
    const tested = await run("eval", "partly");
    expect(tested).toMatchObject({ code: 0, stderr: "" });
    const lines = tested.stdout.trimEnd().split("\n");
    expect(lines.slice(3, 5).map((line) => line.split(" ")[0])).toEqual(["net-3", "net-4"]);
    expect(lines.slice(-2)).toEqual([
      expect.stringMatching(/^net: accuracy .*, 2 runs$/),
      expect.stringMatching(
        /^not complete, and left out: partly\/wide-3, partly\/wide-4\. Continue with: node .*main\.js train --resume partly$/,
      ),
    ]);
    const seen = answerOf(await run("inspect", "partly", "--no-data", "--json")) as unknown as Answer;
    expect(seen).toMatchObject({
      folder: "partly",
      runs: [
        { folder: "partly/net-3", run: 3, seed: 5, kind: "SMLP", data: null },
        { folder: "partly/net-4", run: 4, seed: 6 },
      ],
      unfinished: ["partly/wide-3", "partly/wide-4"],
    });

    rmSync(join(folder, "partly", "net-4", "model.safetensors"));
    expect((await run("eval", "partly")).stdout.trimEnd().split("\n").slice(-2)).toEqual([
      expect.stringMatching(/^not complete, and left out: partly\/wide-3, partly\/wide-4\. Continue with: /),
      "complete, but without its model.safetensors, and left out: partly/net-4.",
    ]);

    for (const name of ["net-3", "net-4"]) rmSync(join(folder, "partly", name), { recursive: true });
    const none = await run("eval", "partly");
    expect(none).toMatchObject({ code: 2, stdout: "" });
    expect(none.stderr).toMatch(
      /^atif: none of the 4 runs in partly is complete, so there is no model yet; expected one that has ended\. Continue with: /,
    );
  });

  it("are looked into one after the other, as each by itself", async () => {
    const all = await run("inspect", "several");
    expect(all).toMatchObject({ code: 0, stderr: "" });
    const first = await run("inspect", "several/net-3");
    expect(all.stdout.startsWith(`${first.stdout}\nseveral/wide-3/model.safetensors: SMLP, `)).toBe(true);
    expect(all.stdout.match(/^several\/.*model\.safetensors: /gm)).toHaveLength(4);
  });

  it("of an older version, which did not sum them up, are read", async () => {
    writeFileSync(join(folder, "several", "summary.json"), '{ "status": "complete", "runs": 4 }');
    expect(answerOf(await run("eval", "several", "--json")).statistics).toHaveLength(2);
    const again = answerOf(await run("train", "--resume", "several", "--json"));
    expect(again.statistics).toMatchObject([
      { model: "net", test: { accuracy: spreadOf(accuracies("net")) } },
      { model: "wide", runs: 2 },
    ]);
  });
});
