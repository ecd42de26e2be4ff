/** Several processes that want one run: one has it, the others say so. */

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { until } from "../until.js";
import { answerOf, atif, start, temporaryFolder, writeConfig, type Ended } from "./atif.js";

const folder = temporaryFolder();
const at = (...path: string[]): string => join(folder, ...path);

it(
  "ten resumes of a run that was killed: one goes on, nine say so; then it is passed over",
  { timeout: 240_000 },
  async () => {
    writeConfig(folder, { epochs: 100_000, batchSize: 16 });
    const first = start(["train", "tiny.toml"], { cwd: folder });
    await until("a checkpoint", () => existsSync(at("runs", "tiny-1", "checkpoint.safetensors")));
    const busy = (pid: number | undefined): RegExp =>
      new RegExp(
        `^atif: runs/tiny-1 is being run by process ${pid} \\(since 20[^ ]*Z\\); expected a run that nobody is working on\\. ` +
          "Wait until it has ended, or stop that process\\.\n$",
      );
    const refused: Ended[] = [];
    for (const words of [["--resume"], ["--resume", "runs/tiny-1"], ["tiny.toml", "--out", "runs/tiny-1"]])
      refused.push(await atif(["train", ...words], { cwd: folder }));
    for (const ended of refused) {
      expect(ended).toMatchObject({ code: 2, stdout: "" });
      expect(ended.stderr).toMatch(busy(first.child.pid));
    }
    const tested = await atif(["eval", "runs/tiny-1"], { cwd: folder });
    expect(tested).toMatchObject({ code: 2, stdout: "" });
    expect(tested.stderr).toMatch(
      new RegExp(`^atif: runs/tiny-1 is being run by process ${first.child.pid} .* it has no model yet; `),
    );

    first.child.kill("SIGKILL");
    await first.ended;
    expect(readdirSync(at("runs", "tiny-1"))).toContain("run.lock");
    const ended: Ended[] = [];
    const ten = Array.from({ length: 10 }, (_, i) =>
      start(["train", "--resume", ...(i % 2 === 0 ? [] : ["runs/tiny-1"])], { cwd: folder }),
    );
    for (const each of ten) void each.ended.then((end) => ended.push(end));
    await until("nine to say so", () => ended.length >= 9, 120_000);
    const [winner] = ten.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    for (const { code, stderr } of ended) {
      expect(code).toBe(2);
      expect(stderr).toMatch(busy(winner.child.pid));
    }
    const metrics = (): string => readFileSync(at("runs", "tiny-1", "metrics.jsonl"), "utf8");
    const before = metrics();
    await until("more epochs", () => metrics().length > before.length);

    // There is another one that was interrupted, and nobody works on.
    const other = start(["train", "tiny.toml"], { cwd: folder });
    await until("another run", () => existsSync(at("runs", "tiny-2", "checkpoint.safetensors")));
    other.child.kill("SIGINT");
    await other.ended;
    const third = start(["train", "--resume"], { cwd: folder });
    await until("the other to go on", () => existsSync(at("runs", "tiny-2", "run.lock")));
    third.child.kill("SIGTERM");
    expect((await third.ended).stderr).toMatch(/train --resume runs\/tiny-2\n$/);

    winner.child.kill("SIGINT");
    expect((await winner.ended).code).toBe(130);
    for (const name of ["tiny-1", "tiny-2"]) expect(readdirSync(at("runs", name))).not.toContain("run.lock");
    const epochs = metrics().trimEnd().split("\n").map((line) => (JSON.parse(line) as { epoch: number }).epoch); // prettier-ignore
    expect(epochs).toEqual(epochs.map((_, i) => i + 1));
  },
);

it("trainings that are begun at once have folders of their own", { timeout: 120_000 }, async () => {
  writeConfig(folder, { epochs: 0 }, "short.toml");
  const ended = await Promise.all(
    [1, 2, 3, 4].map(() =>
      atif(["train", "short.toml", "--set", "bench.name=at-once", "--json"], { cwd: folder }),
    ),
  );
  expect(ended.map((each) => answerOf(each).folder).sort()).toEqual(
    [1, 2, 3, 4].map((number) => `runs/at-once-${number}`),
  );
});
