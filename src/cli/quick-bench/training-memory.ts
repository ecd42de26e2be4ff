/** Memory of tensors that training takes. */

import { memory, resetPeakMemory } from "../../tensor/memory.js";
import { createNetwork, createOptimizer, trainingStep, type TrainedNetwork } from "./network.js";
import type { Figure } from "./results.js";

/** The first makes the optimizer's state, the later ones are what training is like. */
export const MEMORY_STEPS = 4;

/** Of a new network, above what this process holds already. Without a pause, in which some of that might be freed. */
export function trainingMemory({ sizes, weights, trainBatches }: TrainedNetwork): Figure {
  const before = memory().liveBytes;
  resetPeakMemory();
  const network = createNetwork(sizes, weights);
  const optimizer = createOptimizer(network);
  for (let step = 0; step < MEMORY_STEPS; step++) trainingStep(network, optimizer, trainBatches[0]);
  const { peakBytes, liveBytes } = memory();
  return peakFigure(peakBytes - before, liveBytes - before);
}

export function peakFigure(peakBytes: number, liveBytes: number): Figure {
  return {
    name: "atif, peak of memory()",
    value: peakBytes,
    unit: "bytes",
    note: `tensors, of which ${liveBytes} bytes stay: weights, gradients, Adam's moments`,
  };
}
