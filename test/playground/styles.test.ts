/** Every class has a rule and every rule a user, and what the drawings say of themselves is not said again by the page. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, it } from "vitest";

const root = fileURLToPath(new URL("../..", import.meta.url));
const filesOf = (folder: string, ends: RegExp): string[] =>
  readdirSync(join(root, folder), { encoding: "utf8", recursive: true })
    .filter((path) => ends.test(path))
    .map((path) => join(root, folder, path));

interface Rule {
  /** Of "@media" and the like; empty: in all of them. */
  readonly when: string;
  readonly selectors: readonly string[];
  readonly declarations: readonly string[];
}

/** @param text of a style sheet, whose rules stand in one another at most once */
function rulesOf(text: string): Rule[] {
  const rules: Rule[] = [];
  let when = "";
  const pieces = text.replace(/\/\*.*?\*\//gs, "").matchAll(/\s*([^{}]*?)\s*(\{|\})/g);
  let selector = "";
  for (const [, piece, brace] of pieces) {
    if (brace === "{" && piece.startsWith("@")) when = piece;
    else if (brace === "{") selector = piece;
    else if (selector === "") when = "";
    else {
      const declarations = piece.split(";").flatMap((each) => each.trim().replace(/\s+/g, " ") || []);
      // Commas of :is(…) part nothing.
      rules.push({ when, selectors: selector.split(/,\s*(?![^(]*\))/), declarations });
      selector = "";
    }
  }
  return rules;
}

const rulesIn = (folder: string): Rule[] =>
  filesOf(folder, /\.css$/).flatMap((path) => rulesOf(readFileSync(path, "utf8")));

const classesOf = (rules: readonly Rule[]): Set<string> =>
  new Set(
    rules.flatMap(({ selectors }) => selectors.flatMap((each) => each.match(/(?<=\.)[a-z][\w-]*/g) ?? [])),
  );

/** Words of all literals, and of those that are given as a class. */
function wordsOf(...folders: string[]): { all: Set<string>; classes: Set<string> } {
  const [all, classes] = [new Set<string>(), new Set<string>()];
  const walk = (node: ts.Node, isClass: boolean): void => {
    const isTemplate = ts.isTemplateHead(node) || ts.isTemplateMiddle(node) || ts.isTemplateTail(node);
    if (ts.isStringLiteralLike(node) || isTemplate)
      for (const word of node.text.split(/\s+/)) {
        all.add(word);
        if (isClass && word !== "") classes.add(word);
      }
    const given = ts.isJsxAttribute(node) && node.name.getText() === "class";
    // What is compared is no class.
    const compared = ts.isBinaryExpression(node) && /^[=!]==$/.test(node.operatorToken.getText());
    ts.forEachChild(node, (child) => walk(child, (isClass || given) && !compared));
  };
  for (const path of folders.flatMap((folder) => filesOf(folder, /\.tsx?$/)))
    walk(ts.createSourceFile(path, readFileSync(path, "utf8"), ts.ScriptTarget.ES2022, true), false);
  return { all, classes };
}

/** Tests find by some what has no other name. */
const tests = filesOf("test/browser", /\.ts$/)
  .map((path) => readFileSync(path, "utf8"))
  .join("\n");
const isFound = (name: string): boolean => new RegExp(`\\.${name}\\b`).test(tests);

const drawings = rulesIn("elements");
const [page, pageOfOneFile] = [wordsOf("elements", "playground"), wordsOf("elements", "standalone")];

it("reads rules with what they are in", () => {
  expect(rulesOf("a,\nb:is(c, d) { e: f; g:\n h } /* x { } */ @media (i) { .j { k: l; } } .m{n:o}")).toEqual([
    { when: "", selectors: ["a", "b:is(c, d)"], declarations: ["e: f", "g: h"] },
    { when: "@media (i)", selectors: [".j"], declarations: ["k: l"] },
    { when: "", selectors: [".m"], declarations: ["n:o"] },
  ]);
});

it.each([
  ["playground", page],
  ["standalone", pageOfOneFile],
])("%s has a user for every class of its rules, and a rule for every class", (folder, words) => {
  const own = rulesIn(folder);
  expect(own.length).toBeGreaterThan(30);
  const ruled = classesOf([...own, ...drawings]);
  expect([...ruled].filter((name) => !words.all.has(name))).toEqual([]);
  expect([...words.classes].filter((name) => !ruled.has(name) && !isFound(name))).toEqual([]);
});

it("says nothing again that the drawings say", () => {
  const said = (rules: readonly Rule[]): string[] =>
    rules.flatMap(({ when, selectors, declarations }) =>
      selectors.flatMap((selector) => declarations.map((each) => `${when} ${selector} { ${each} }`)),
    );
  const before = new Set(said(drawings));
  expect(before.size).toBeGreaterThan(100);
  expect(said(rulesIn("playground")).filter((each) => before.has(each))).toEqual([]);
});
