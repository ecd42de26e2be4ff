/**
 * The reference of all classes, functions and types, from their doc comments in src/: a page for each of its folders, in the order in
 * which src/index.ts exports them. docs/api.md is written by hand and ordered by what one wants to do; this one is complete by
 * itself.
 */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Application, OptionDefaults } from "typedoc";
import { exportsByFolder } from "./exports.mjs";
import { GENERATED } from "./navigation.mjs";
import { namesOf, referencePage } from "./reference-page.mjs";

/** What pages are called whose folder does not say it. */
const titles = {
  kernels: "Setting up",
  autograd: "Gradients",
  ops: "Operations",
  tensor: "Tensors",
  random: "Random numbers",
  module: "Modules and parameters",
  graph: "Networks as data",
  datasets: "Data",
  inspection: "Looking inside",
  deployment: "C for devices",
  formats: "Files",
  plots: "Pictures",
  exchange: "Networks of other tools",
  experiment: "Experiments",
  schema: "Options of one's own kinds",
};
const titleOf = (folder) => titles[folder] ?? folder[0].toUpperCase() + folder.slice(1);

/** @param root of the repository. @returns the pages, for the navigation: their titles and files */
export async function writeReference(root) {
  const folders = exportsByFolder(readFileSync(join(root, "src", "index.ts"), "utf8"));
  const [entries, out] = ["../entries", "symbols"].map((name) => join(root, GENERATED, name));
  for (const folder of [entries, out]) {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
  }
  for (const [folder, text] of folders) writeFileSync(join(entries, `${folder}.ts`), text);
  const app = await Application.bootstrap({
    entryPoints: [...folders.keys()].map((folder) => join(entries, `${folder}.ts`)),
    tsconfig: join(root, "site", "tsconfig.reference.json"),
    // Where an equation or a method comes from.
    blockTags: [...OptionDefaults.blockTags, "@source"],
    // In the order of the sources.
    sort: [],
    excludePrivate: true,
    excludeInternal: true,
    // Asked for below, never shown: the repository is not told.
    disableGit: true,
    sourceLinkTemplate: "{path}",
    readme: "none",
    // `npm run check` compiles src/.
    skipErrorChecking: true,
    validation: false,
    logLevel: "Error",
  });
  const project = await app.convert();
  if (project === undefined) throw new Error("TypeDoc could not read src/index.ts.");
  const modules = new Map(project.children.map((module) => [module.name, module]));
  const places = new Map();
  for (const [name, module] of modules) {
    for (const { reflection, anchor } of namesOf(module))
      places.set(reflection, { page: `${name}.md`, anchor });
  }
  const pages = [...folders.keys()].map((folder) => ({
    folder,
    title: titleOf(folder),
    module: modules.get(folder),
  }));
  for (const { folder, title, module } of pages) {
    writeFileSync(join(out, `${folder}.md`), referencePage(title, module, `${folder}.md`, places));
  }
  writeFileSync(join(out, "index.md"), contents(pages));
  return pages.map(({ folder, title }) => ({ title, source: `${GENERATED}/symbols/${folder}.md` }));
}

function contents(pages) {
  const rows = pages.map(({ folder, title, module }) => {
    const names = namesOf(module).map(
      ({ reflection, anchor }) => `[\`${reflection.name}\`](${folder}.md#${anchor})`,
    );
    return `## [${title}](${folder}.md)\n\n${names.join(" ")}\n`;
  });
  return [
    "# Every class and function\n",
    'What `import { … } from "atif"` gives, written from the doc comments of the sources. ' +
      "[The library on one page](../../../../docs/api.md) tells the same in the order in which one needs it, with examples that run.\n",
    ...rows,
  ].join("\n");
}
