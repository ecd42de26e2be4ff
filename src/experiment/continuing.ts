/** What may be changed when a run goes on, and what may not. */

import type { Experiment, ModelConfig, OptimizerConfig } from "./description/experiment.js";

/** Keys of a model, as files and `--set` have them. */
export const MAY_CHANGE = "epochs, optimizer.params and optimizer.scheduler of a model";

/**
 * The experiment of a run, with those settings of the one asked for that may be changed on the way. What is still another
 * between the two may not.
 */
export function withChanges(recorded: Experiment, asked: Experiment): Experiment {
  const { enableProgressBar, loggers } = asked.learningFramework.params;
  const { learningFramework } = recorded;
  const { loggers: _, ...params } = learningFramework.params;
  return {
    ...recorded,
    // What is shown, and what it is written for, changes nothing.
    learningFramework: {
      ...learningFramework,
      params: { ...params, enableProgressBar, ...(loggers === undefined ? {} : { loggers }) },
    },
    models: recorded.models.map((model, i) => {
      const other = asked.models.find(({ name }) => name === model.name) ?? asked.models[i];
      return other === undefined ? model : modelWithChanges(model, other);
    }),
  };
}

function modelWithChanges(recorded: ModelConfig, { epochs, optimizer }: ModelConfig): ModelConfig {
  return { ...recorded, epochs, optimizer: optimizerWithChanges(recorded.optimizer, optimizer) };
}

/** Another kind of optimizer keeps other things in mind. */
function optimizerWithChanges(
  recorded: OptimizerConfig | null,
  asked: OptimizerConfig | null,
): OptimizerConfig | null {
  return recorded?.kind === asked?.kind ? asked : recorded;
}
