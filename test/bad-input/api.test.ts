/** Wrong inputs to the public API: each is answered with one sentence, and the library goes on working. */

import { beforeAll, beforeEach, describe, expect, it } from "vitest";
import { init } from "../../src/index.js";
import { describeBackends } from "../backends.js";
import { expectUsable } from "./golden-forward.js";
import { networkRows } from "./rows/networks.js";
import { neuronRows } from "./rows/neurons.js";
import { runRows } from "./rows/runs.js";
import { tensorRows } from "./rows/tensors.js";
import { trainingRows } from "./rows/training.js";
import { expectSentence } from "./sentence.js";

describeBackends("wrong input", (backend) => {
  beforeAll(() => init({ backend }));
  beforeEach(() => init({ backend }));

  describe.each([
    ["tensors", tensorRows],
    ["neurons", neuronRows],
    ["networks", networkRows],
    ["training", trainingRows],
    ["runs", runRows],
  ])("%s", (_, rows) => {
    it.each(rows)("%s", async (_, call, kind, sentence) => {
      let thrown: unknown;
      try {
        await call();
      } catch (error) {
        thrown = error;
      }
      expect(thrown, "it threw").toBeInstanceOf(Error);
      const { message } = thrown as Error;
      if (typeof sentence === "string") expect(message).toBe(sentence);
      else expect(message).toMatch(sentence);
      expectSentence(message);
      expect(thrown).toBeInstanceOf(kind);
      await init({ backend });
      expectUsable();
    });
  });
});
