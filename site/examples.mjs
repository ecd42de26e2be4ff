/** The files of examples/ as one page of the site, each whole, under its name. */

import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";

const languages = { ".toml": "toml", ".sh": "sh", ".mjs": "js", ".html": "html" };
const languageOf = (path) => languages[/\.\w+$/.exec(path)?.[0]];

/** @param root of the repository. @returns Markdown */
export function examplesPage(root) {
  const folder = join(root, "examples");
  const files = readdirSync(folder, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => languageOf(path) !== undefined && !path.startsWith("exchange/"))
    .sort();
  const parts = files.map((path) => {
    const text = readFileSync(join(folder, path), "utf8").trimEnd();
    return `## \`${path}\`\n\n~~~~${languageOf(path)}\n${text}\n~~~~\n`;
  });
  return [
    "# Examples\n",
    "Files of the folder `examples` of the package, to run and to copy: `atif train FILE` runs an experiment,\n" +
      "`atif sweep digits-sweep.toml` many. [Experiment files](../../../docs/experiment-file.md) has every key of them.\n",
    ...parts,
  ].join("\n");
}
