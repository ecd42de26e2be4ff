/** OperationCounter: what an inference computes, reads and writes. The network stays as it is. */

import { countOperations } from "../../energy/count-operations.js";
import type { StepRow } from "./step.js";

export const operationsStep: StepRow<"OperationCounter"> = {
  draft: (model) => model,
  async run(_, { network, test, activity }) {
    const operations = countOperations(network.model, await activity());
    const samples = test.data.length;
    return { network, summary: { kind: "OperationCounter", network: network.name, samples, operations } };
  },
};
