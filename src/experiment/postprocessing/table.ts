/** All steps by name. */

import { energyStep } from "./energy-step.js";
import { fuseBatchNormStep } from "./fuse-batch-norm-step.js";
import { operationsStep } from "./operations-step.js";
import { quantizationStep } from "./quantization-step.js";
import type { PostprocessingKind } from "./results.js";
import type { StepRow } from "./step.js";

export const postprocessingTable: { readonly [K in PostprocessingKind]: StepRow<K> } = {
  FuseBatchNorm: fuseBatchNormStep,
  QuantizationAwareTraining: quantizationStep,
  EnergyEstimationMetric: energyStep,
  OperationCounter: operationsStep,
};
