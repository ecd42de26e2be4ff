import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseExperiment } from "../../src/experiment/description/index.js";
import { experimentReference } from "../../src/experiment/description/reference.js";

describe("docs/experiment-file.md", () => {
  const page = readFileSync(new URL("../../docs/experiment-file.md", import.meta.url), "utf8");

  it("says what is read: write it anew with `npm run docs:experiment`", () => {
    expect(page).toBe(experimentReference());
  });

  it("begins with a file that is read without a word", () => {
    const [, text = ""] = /```toml\n(.*?)```/s.exec(page) ?? [];
    const { experiment, warnings } = parseExperiment(text);
    expect(warnings).toEqual([]);
    expect(experiment.models[0]).toMatchObject({ name: "small", kind: "SMLP", params: { stepMode: "m" } });
  });

  it("lists keys with their defaults, kinds, and what is passed over", () => {
    for (const line of [
      "| `min_threshold` | a number above 0, or false | `0.001` |",
      "| `T_max` | a whole number of at least 1 | required |",
      "| `first_run` | a whole number of at least 0 | `1` |",
      '| `checkpoint_metric.mode` | one of "max", "min" | `"max"` |',
      "### `HorizontalFlip`",
      "* `amsgrad`, `false` in silence; anything else is refused: this version does not have AMSGrad.",
    ]) {
      expect(page).toContain(line);
    }
  });
});
