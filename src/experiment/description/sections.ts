/** The sections a file may have. */

/** Read, or settings of other Qualia programs (the last three), which OTHER_PROGRAMS names. */
export const SECTION_KEYS: readonly string[] = [
  "bench",
  "learningframework",
  "dataset",
  "preprocessing",
  "data_augmentation",
  "model_template",
  "model",
  "postprocessing",
  "deploy",
  "experimenttracking",
  "parameter_research",
];

/** What the settings of other Qualia programs ask for: this library does none of it. */
export const OTHER_PROGRAMS = {
  deploy: "this version deploys nothing",
  experimenttracking:
    "this version reports to no tracker: what is measured stands in metrics.jsonl of the run",
  parameter_research: "this version searches no parameters: every model is trained as it is written",
} as const;

/** Known, but leaving them out would change the experiment. */
export const UNSUPPORTED_KEYS: readonly string[] = ["includes", "include_search_paths"];

/** What [learningframework] was once called. */
export const LEGACY_FRAMEWORK = "framework";
