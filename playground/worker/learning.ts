/** What making and training networks needs: loaded when the first one is made, since the page begins with one that has learned. */

export { pageFacts } from "./page-facts.js";
export { prepared, TrainingRun } from "./training-run.js";
