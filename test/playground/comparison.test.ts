/** What the lesson on learned thresholds asks of the worker: a theta that stays, and the network from before. */

import { beforeAll, expect, it } from "vitest";
import { evaluate, init, loadDigits, prepareExperiment } from "atif";
import { experimentOf } from "../../playground/state/page-experiment.js";
import { defaultSettings } from "../../playground/state/settings.js";
import { Session } from "../../playground/worker/session.js";
import type { WorkerEvent } from "../../playground/worker/protocol.js";
import { englishComparison } from "../../playground/words/english-comparison.js";
import { germanComparison } from "../../playground/words/german-comparison.js";

beforeAll(() => init());

const small = { ...defaultSettings, network: "dense", hidden: 8, timesteps: 2, epochs: 1 } as const;
const fixed = { ...small, fixedTheta: 0.5 };

it("trains with a theta that stays, and has the network from before again", async () => {
  const events: WorkerEvent[] = [];
  const stopped = (): boolean => events.some(({ type }) => type === "stopped");
  const session = new Session((event) => events.push(event));
  // Without the network of the page there is a new one.
  const { model: first } = await session.open({ shippedModel: "nowhere:", settings: small, language: "en" });
  const measured = await session.staircases(null);
  expect(measured.layers.map(({ isLearned }) => isLearned)).toEqual([true]);
  await session.setAside();
  expect((await session.step(fixed)).settings).toEqual(fixed);
  await expect.poll(stopped).toBe(true);
  const { layers, accuracy } = await session.staircases(null);
  expect(layers).toMatchObject([{ theta: 0.5, isLearned: false, isMovable: true }]);
  const data = await loadDigits();
  const [run] = await prepareExperiment(experimentOf(fixed, [8, 8, 1]), { data });
  const abort = new AbortController();
  await run.trainer({ onBatch: () => abort.abort() }).fit({ signal: abort.signal });
  expect(accuracy).toBe((await evaluate(run.model.eval(), data.test)).accuracy);
  // A training that is under way is given up.
  await session.resume();
  expect(await session.takeBack()).toEqual(first);
  expect(await session.staircases(null)).toEqual(measured);
  // Nothing is put aside any more.
  expect(await session.takeBack()).toEqual(first);
});

it.each([englishComparison, germanComparison])("says what came out, whoever is ahead", (words) => {
  const plain = (text: ReturnType<typeof words.over>): string =>
    text.map((part) => (typeof part === "string" ? part : part.text)).join("");
  const [few, many] = [
    { right: 12, spikes: "90" },
    { right: 34, spikes: "56" },
  ];
  const [one, other] = [plain(words.found(few, many, 360)), plain(words.found(many, few, 360))];
  expect(one.replaceAll(/\d+/g, "")).toBe(other.replaceAll(/\d+/g, ""));
  expect(one.match(/\d+/g)).toEqual(["360", "12", "90", "34", "56"]);
  expect(plain(words.chance(7))).toMatch(/\b7\b/);
});
