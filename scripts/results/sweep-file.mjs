/** A sweep file of named settings. */

import { stringify } from "smol-toml";

/**
 * @param experiment the path of the experiment from the folder of the file
 * @param entries `{ name, settings }`, settings by the paths of their keys
 */
export function sweepFile({ told, name, experiment, seeds, validation, epochs }, entries) {
  const sweep = { experiment, name, seeds, ...(validation === undefined ? {} : { validation }) };
  const settings = entries.map(({ name, settings }) => ({ name, ...settings, "model.0.epochs": epochs }));
  return `# ${told}\n# Written by scripts/results.mjs.\n\n${stringify({ sweep, settings })}\n`;
}
