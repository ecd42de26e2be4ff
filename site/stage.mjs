/** Puts the documents of the repository where the site has them: into one folder, beside the pages that are generated. */

import { copyFileSync, cpSync, mkdirSync, readFileSync, watch, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GENERATED, PLAYGROUND, START, navigation, pageOf } from "./navigation.mjs";

const PICTURES = "docs/pictures";

const documents = [START, ...navigation.flatMap(({ pages }) => pages.map(({ source }) => source))].filter(
  (source) => !source.startsWith(`${GENERATED}/`),
);

/** The document that a page is, by its path on the site; generated pages are their own. */
export function sourceOf(page) {
  return documents.find((source) => pageOf(source) === page) ?? `${GENERATED}/${page}`;
}

/** What stands below a heading of a document, up to the next one. */
function section(text, heading) {
  const [, found] = text.split(`\n## ${heading}\n`);
  if (found === undefined)
    throw new Error(`README.md has no heading "${heading}"; expected it for the first page of the site.`);
  return found.split("\n## ")[0].trim();
}

function textOf(root, source) {
  const text = readFileSync(join(root, source), "utf8");
  if (source === START) {
    return text.replace("<!-- README: Install -->", () =>
      section(readFileSync(join(root, "README.md"), "utf8"), "Install"),
    );
  }
  // In the repository it says how to start the page; here the page is.
  if (source === "docs/playground.md") {
    return text.replace(
      /^# .*\n/,
      (heading) => `${heading}\n**[Open it here](${PLAYGROUND})**: it is a part of this site.\n`,
    );
  }
  return text;
}

function stageOne(root, source) {
  writeFileSync(join(root, GENERATED, pageOf(source)), textOf(root, source));
}

/** @param root of the repository */
export function stage(root) {
  mkdirSync(join(root, GENERATED), { recursive: true });
  for (const source of documents) stageOne(root, source);
  cpSync(join(root, PICTURES), join(root, GENERATED, basename(PICTURES)), { recursive: true });
}

/** Does it again for each document that is changed from now on. */
export function keepStaged(root) {
  for (const folder of new Set(documents.map((source) => dirname(source)))) {
    watch(join(root, folder), (_, name) => {
      const source = documents.find((each) => dirname(each) === folder && basename(each) === name);
      if (source !== undefined) stageOne(root, source);
    });
  }
  watch(join(root, PICTURES), (_, name) => {
    if (name !== null)
      copyFileSync(join(root, PICTURES, name), join(root, GENERATED, basename(PICTURES), name));
  });
}
