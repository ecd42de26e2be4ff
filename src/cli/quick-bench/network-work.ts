/** A training step of the network and inference with it, as work whose number of threads can change. */

import {
  classify,
  createNetwork,
  createOptimizer,
  cycle,
  trainingStep,
  type TrainedNetwork,
} from "./network.js";
import { compareWithTwin, inferenceResults, stepResults } from "./network-results.js";
import type { Work } from "./work.js";

export function trainingWork(trained: TrainedNetwork): Work {
  const { sizes, weights, trainBatches } = trained;
  const network = createNetwork(sizes, weights);
  const optimizer = createOptimizer(network);
  const next = cycle(trainBatches);
  return {
    name: `training step, batch ${sizes.batch}`,
    run: () => void trainingStep(network, optimizer, next()),
    results: () => stepResults(trained, trainBatches[0]),
    check: (threads) => compareWithTwin(stepResults, trained, trainBatches[0], threads),
    items: { count: sizes.batch, name: "images" },
  };
}

export function inferenceWork(trained: TrainedNetwork): Work {
  const { sizes, weights, testBatches } = trained;
  const network = createNetwork(sizes, weights);
  network.eval();
  const next = cycle(testBatches);
  return {
    name: `inference, batch ${sizes.batch}`,
    run: () => void classify(network, next()),
    results: () => inferenceResults(trained, testBatches[0]),
    check: (threads) => compareWithTwin(inferenceResults, trained, testBatches[0], threads),
    items: { count: sizes.batch, name: "images" },
  };
}
