/** Panels of the story that are loaded together, when the first of them is opened. */

export { AboutPanel } from "./about.js";
export { ComparePanel } from "./compare.js";
export { HealthPanel } from "./health.js";
export { LookInsidePanel } from "./look-inside.js";
export { OneNeuronPanel } from "./one-neuron.js";
export { StaircasePanel } from "./staircase.js";
export { TrainPanel } from "./train.js";
