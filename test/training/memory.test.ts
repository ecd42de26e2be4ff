/** Alone in its file: what other tests leave to the garbage collector would blur the figures. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { memory, resetPeakMemory } from "../../src/tensor/memory.js";
import { evaluate } from "../../src/training/evaluate.js";
import { Trainer } from "../../src/training/trainer.js";
import { describeBackends } from "../backends.js";
import { stripes, tinySCNN } from "./tiny.js";

describeBackends("memory", (backend) => {
  beforeAll(async () => {
    await init({ backend, threads: 1 });
  });

  it("does not grow over 1,000 batches of training, nor does its peak", async () => {
    const train = stripes(22);
    const use: { liveBytes: number; peakBytes: number }[] = [];
    await new Trainer(tinySCNN(), train, {
      optimizer: { kind: "SGD", params: { lr: 0.05, momentum: 0.9 } },
      epochs: 200,
      batchSize: 5,
      validation: stripes(7, 2),
      callbacks: [
        {
          onEpoch: () => {
            use.push(memory());
            resetPeakMemory();
          },
        },
      ],
    }).fit();
    expect(use).toHaveLength(200);
    expect(new Set(use.slice(1).map(({ liveBytes }) => liveBytes)).size).toBe(1);
    expect(new Set(use.slice(1).map(({ peakBytes }) => peakBytes)).size).toBe(1);
    expect(use[1].peakBytes).toBeGreaterThan(use[1].liveBytes);
  });

  it("is what it was after an evaluation, also one that fails", async () => {
    const model = tinySCNN();
    const before = memory().liveBytes;
    await evaluate(model, stripes(30));
    expect(memory().liveBytes).toBe(before);
    const wrong = stripes(3).with({ x: new Float32Array(3 * 8), sampleShape: [4, 2, 1] });
    await expect(evaluate(model, wrong)).rejects.toThrow(
      "SCNN.run: x is [3, 4, 2, 1]; expected [N, 4, 4, 1], channels last.",
    );
    expect(memory().liveBytes).toBe(before);
  });
});
