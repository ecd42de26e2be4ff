/** The run before the one at hand: what it was set to and what came out, to compare with. */

import type { PageState, TrainingState } from "./page-state.js";
import type { Settings } from "./settings.js";

export interface PastRun {
  readonly settings: Settings;
  readonly training: TrainingState;
  /** Its layers, as they are called. */
  readonly layers: readonly { readonly path: string; readonly name: string }[];
}

/** What is kept when another run begins: the last run that was measured. */
export function keptRun({ training, model, previous }: PageState): PastRun | null {
  const settings = model?.settings;
  if (!settings || training.history.length === 0) return previous;
  const layers = model.layers.map(({ path, name }) => ({ path, name }));
  return { settings, training, layers };
}
