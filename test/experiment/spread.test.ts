import { describe, expect, it } from "vitest";
import {
  seriesStatistics,
  seriesSummary,
  type RunOfSeries,
} from "../../src/experiment/run-folder/series-summary.js";
import { spreadOf } from "../../src/experiment/spread.js";

describe("spreadOf", () => {
  it("is the mean and the sample standard deviation", () => {
    // Squares of -1.5, -0.5, 0.5 and 1.5: 5, by 3.
    expect(spreadOf([4, 1, 3, 2])).toEqual({ mean: 2.5, std: Math.sqrt(5 / 3), min: 1, max: 4 });
    expect(spreadOf([0.5, 0.5])).toEqual({ mean: 0.5, std: 0, min: 0.5, max: 0.5 });
    expect(spreadOf([3, -1])).toEqual({ mean: 1, std: Math.sqrt(8), min: -1, max: 3 });
  });

  it("has no deviation of one number, and is nothing of none", () => {
    expect(spreadOf([7])).toEqual({ mean: 7, std: null, min: 7, max: 7 });
    expect(spreadOf([])).toBeNull();
  });

  it("does not lose small differences of large numbers", () => {
    expect(spreadOf([1e9 + 1, 1e9 + 2, 1e9 + 3])?.std).toBe(1);
  });
});

describe("a summary of several runs", () => {
  const test = (accuracy: number, loss: number): NonNullable<RunOfSeries["test"]> => ({
    accuracy,
    loss,
    samples: 1,
    averageClassAccuracy: 0,
    confusion: [],
    spikesPerInference: 0,
  });
  const run = (model: string, accuracy: number, loss: number): RunOfSeries => ({
    model,
    trainLoss: loss / 2,
    trainAccuracy: accuracy / 4,
    test: test(accuracy, loss),
  });

  it("keeps models apart, in the order in which they come", () => {
    const runs = [run("b", 0.5, 1), run("a", 0, 8), run("b", 1, 3)];
    expect(seriesSummary(runs)).toEqual({
      status: "complete",
      runs: 3,
      statistics: [
        {
          model: "b",
          runs: 2,
          trainLoss: { mean: 1, std: Math.sqrt(0.5), min: 0.5, max: 1.5 },
          trainAccuracy: { mean: 0.1875, std: Math.sqrt(2 * 0.0625 ** 2), min: 0.125, max: 0.25 },
          test: {
            accuracy: { mean: 0.75, std: Math.sqrt(2 * 0.25 ** 2), min: 0.5, max: 1 },
            loss: { mean: 2, std: Math.sqrt(2), min: 1, max: 3 },
          },
        },
        {
          model: "a",
          runs: 1,
          trainLoss: { mean: 4, std: null, min: 4, max: 4 },
          trainAccuracy: { mean: 0, std: null, min: 0, max: 0 },
          test: {
            accuracy: { mean: 0, std: null, min: 0, max: 0 },
            loss: { mean: 8, std: null, min: 8, max: 8 },
          },
        },
      ],
    });
  });

  it("is silent of what was not tested, and of what one of them has not got", () => {
    const untested = { model: "a", trainLoss: 1, trainAccuracy: null, test: null };
    expect(seriesStatistics([untested, untested])).toEqual([
      {
        model: "a",
        runs: 2,
        trainLoss: { mean: 1, std: 0, min: 1, max: 1 },
        trainAccuracy: null,
        test: null,
      },
    ]);
    // A loss that was not finite is null in JSON; older versions had other figures.
    const infinite = JSON.parse(JSON.stringify(run("a", 1, Infinity))) as RunOfSeries;
    const [{ trainLoss, test: tested }] = seriesStatistics([run("a", 1, 2), infinite, { model: "a" }]);
    expect([trainLoss, tested?.loss, tested?.accuracy?.mean]).toEqual([null, null, 1]);
  });
});
