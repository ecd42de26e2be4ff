/** EnergyEstimationMetric: what an inference costs. The network stays as it is. */

import { estimateEnergy, type EnergyOptions } from "../../energy/estimate-energy.js";
import type { EnergyEstimationParams } from "../description/experiment.js";
import type { StepRow } from "./step.js";

export const energyStep: StepRow<"EnergyEstimationMetric"> = {
  draft: (model) => model,
  async run(params, { network, test, activity }) {
    const energy = estimateEnergy(network.model, await activity(), optionsOf(params));
    const samples = test.data.length;
    return { network, summary: { kind: "EnergyEstimationMetric", network: network.name, samples, energy } };
  },
};

function optionsOf({
  memWidth,
  fifoSize,
  opEstimationType,
  sramEstimationType,
}: EnergyEstimationParams): EnergyOptions {
  return {
    memWidth,
    fifoSize,
    ...(opEstimationType === undefined ? {} : { opEstimation: opEstimationType }),
    sramEstimation: sramEstimationType,
  };
}
