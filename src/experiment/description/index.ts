/** Experiment files: reading, command-line options, writing. */

export type * from "./experiment.js";
export { mergeTemplate } from "./merge.js";
export { applyOverrides, parseOverride } from "./overrides.js";
export type { Override } from "./overrides.js";
export { parseToml } from "./parse.js";
export type { ConfigDocument } from "./parse.js";
export { parseExperiment, readText, readTree } from "./parse-experiment.js";
export type { ParseExperimentOptions, ReadOptions } from "./parse-experiment.js";
export { validateExperiment } from "./validate.js";
export { writeExperiment } from "./write.js";
