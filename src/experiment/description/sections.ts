/** The sections a file may have. */

/** Read, or settings of other Qualia programs (the last three) that are passed over. */
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

/** Known, but leaving them out would change the experiment. */
export const UNSUPPORTED_KEYS: readonly string[] = ["includes", "include_search_paths"];

/** What [learningframework] was once called. */
export const LEGACY_FRAMEWORK = "framework";
