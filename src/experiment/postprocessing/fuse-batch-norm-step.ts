/** FuseBatchNorm: batch normalisations go into the weights before them. */

import { fuseBatchNorm } from "../../deployment/fuse-batch-norm.js";
import { saveModel } from "../../formats/model-file.js";
import { evaluate, type Evaluation } from "../../training/evaluate.js";
import { writeExperiment } from "../description/index.js";
import { measuredOf } from "../quantized/quantization-summary.js";
import { UNTRAINED } from "../quantized/quantized-folder.js";
import { completeSummary } from "../run-folder/run-summary.js";
import type { StepContext, StepRow } from "./step.js";

export const fuseBatchNormStep: StepRow<"FuseBatchNorm"> = {
  draft: (model) => fuseBatchNorm(model),
  async run(params, context) {
    const { network, facts, modelFacts, prepared, of } = context;
    const model = fuseBatchNorm(network.model);
    const evaluation = params.evaluate ? await test(model, context) : null;
    const left = new Set(model.namedModules().map(([name]) => name));
    const fused = network.model.namedModules().flatMap(([name]) => (left.has(name) ? [] : [name]));
    const after = evaluation === null ? null : measuredOf(evaluation);
    const name = `${network.name}_fused`;
    return {
      network: { model, name, measured: after },
      summary: { kind: "FuseBatchNorm", network: name, fused, test: { before: network.measured, after } },
      async write(folder) {
        const { testAccuracy: _, testLoss: _loss, ...others } = modelFacts;
        await saveModel(folder.modelPath, model.eval(), {
          ...others,
          ...(after === null ? {} : { testAccuracy: after.accuracy, testLoss: after.loss }),
        });
        folder.writeMetrics([]);
        folder.writeConfig(
          `# The experiment that ${of} was trained by. Batch normalisations went into its weights afterwards.\n\n` +
            writeExperiment(prepared.run.experiment),
        );
        const parameters = model.parameters().reduce((sum, { size }) => sum + size, 0);
        folder.writeSummary({
          ...completeSummary({ ...facts, parameters }, UNTRAINED, evaluation),
          fused,
          of,
        });
      },
    };
  },
};

function test(
  model: StepContext["network"]["model"],
  { prepared: { run }, test: { data, ...options }, signal, tell }: StepContext,
): Promise<Evaluation> {
  return evaluate(model, data, {
    ...options,
    batchSize: run.model.batchSize,
    ...(signal === undefined ? {} : { signal }),
    onBatch: (done, total) => void tell("testing", done, total),
  });
}
