/**
 * docs/reference.md lists every item of the reference module, names nothing that the package does not export, and cites
 * tests that there are. Its example is run by examples.test.ts.
 */

import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { beforeAll, describe, expect, it } from "vitest";
import * as atif from "../../src/index.js";

const read = (path: string): string => readFileSync(pathOf(path), "utf8");
const pathOf = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The module around the ATIF neuron, whole. */
const items = [
  "heaviside",
  "SpikeFunctionSigmoid.forward",
  "SpikeFunctionSigmoid.backward",
  "IFSRL",
  "IFSRL.get_coeffs",
  "IFSRL.set_coeffs",
  "IFSRL.forward",
  "IFSRL.reset",
  "ATIF",
  "ATIF.supported_backends",
  "ATIF.get_coeffs",
  "ATIF.set_coeffs",
  "ATIF.forward",
];

interface Row {
  readonly item: string;
  readonly aspect: string;
  readonly reference: string;
  readonly here: string;
  readonly tests: string;
}

const text = read("docs/reference.md").replace(/^```[^]*?^```$/gm, "");

/** The rows of the tables with four columns, each with the heading it stands under. */
function rowsOf(page: string): Row[] {
  let item = "";
  return page.split("\n").flatMap((line) => {
    if (line.startsWith("## ")) item = line.slice(3).replaceAll("`", "");
    const cells = line.split("|").map((cell) => cell.trim());
    if (cells.length !== 6 || /^-*$/.test(cells[2]) || cells[2] === "reference") return [];
    const [, aspect, reference, here, tests] = cells;
    return [{ item, aspect, reference, here, tests }];
  });
}

const rows = rowsOf(text);

/** Every `file` "title" of a cell. */
const citations = ({ tests }: Row): { file: string; title: string }[] =>
  [...tests.matchAll(/`([^`]+)` "(.+?)"(?=;|$)/g)].map(([, file, title]) => ({ file, title }));

/** What a test file calls its tests: the first arguments of it, it.each and describe, and the first entries of rows. */
function titlesOf(file: string): Set<string> {
  const titles = new Set<string>();
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(it|describe)\b/.test(node.expression.getText())) {
      const [title] = node.arguments;
      if (title !== undefined && ts.isStringLiteralLike(title)) titles.add(title.text);
    }
    // ["setCoeffs 0", () => …, …]
    if (
      ts.isArrayLiteralExpression(node) &&
      node.elements.length > 1 &&
      ts.isStringLiteralLike(node.elements[0])
    ) {
      if (ts.isArrowFunction(node.elements[1])) titles.add(node.elements[0].text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, read(file), ts.ScriptTarget.Latest, true));
  return titles;
}

/** The code spans of the page that speak of this package: those of the column "here". */
const names = [...new Set([...rows.map(({ here }) => here), ...atAGlance()])].flatMap((cell) =>
  [...cell.matchAll(/`([^`]+)`/g)].map(([, code]) => code),
);

function atAGlance(): string[] {
  return [...text.matchAll(/^\| \[`[^`]+`\]\(#\w+\) \| (.*) \|$/gm)].map(([, here]) => here);
}

/** Class or function, and its member, of "new ATIF(options)", "ATIF.reset()", "heaviside(x)", ".v"; null for other code. */
function nameIn(code: string): { owner: string; member: string } | null {
  const [, member = ""] = /^\.(\w+)$/.exec(code) ?? [];
  if (member !== "") return { owner: "", member };
  const [, owner = "", ofOwner = "", call = ""] =
    /^(?:new )?([A-Za-z]\w*)(?:\.(\w+))?(\(\w*\))?$/.exec(code) ?? [];
  if (owner === "" || (call === "" && ofOwner === "" && !/^[A-Z]|^heaviside$/.test(owner))) return null;
  return { owner, member: ofOwner };
}

describe("docs/reference.md", () => {
  beforeAll(() => atif.init({ backend: "reference" }));

  it("lists every item of the reference, in the table at the top and with a section", () => {
    const sections = [...text.matchAll(/^## `([\w.]+)`$/gm)].map(([, item]) => item);
    expect(sections).toEqual(items);
    const linked = [...text.matchAll(/^\| \[`([\w.]+)(?:\(.*\))?`\]\(#(\w+)\)/gm)];
    expect(linked.map(([, item]) => item)).toEqual(items);
    // GitHub's anchors: lower case, without dots
    expect(linked.map(([, , anchor]) => anchor)).toEqual(
      items.map((item) => item.toLowerCase().replaceAll(".", "")),
    );
  });

  it.each(items)(
    "%s: says name, arguments, returns and errors, there and here, and a test of each",
    (item) => {
      const ofItem = rows.filter((row) => row.item === item);
      expect(ofItem.map(({ aspect }) => aspect)).toEqual(["name", "arguments", "returns", "errors"]);
      for (const row of ofItem) {
        expect(row.reference.length, row.aspect).toBeGreaterThan(0);
        expect(row.here.length, row.aspect).toBeGreaterThan(0);
      }
    },
  );

  it.each(rows.map((row) => [`${row.item}, ${row.aspect}`, row] as const))(
    "%s: its tests exist",
    (_, row) => {
      const cited = citations(row);
      expect(cited.length).toBeGreaterThan(0);
      // nothing in the cell was passed over
      expect(cited.map(({ file, title }) => `\`${file}\` "${title}"`).join("; ")).toBe(row.tests);
      for (const { file, title } of cited) {
        expect(existsSync(pathOf(file)), file).toBe(true);
        expect([...titlesOf(file)], `${file}: "${title}"`).toContain(title);
      }
    },
  );

  it("notices a test that there is not", () => {
    expect(titlesOf("test/surrogates/sigmoid.test.ts")).not.toContain("fires at 0 and -0");
    expect(titlesOf("test/bad-input/rows/neurons.ts")).not.toContain("ATIF");
  });

  it("names nothing that the package does not export", () => {
    const exported = atif as Record<string, unknown>;
    const layers: object[] = [new atif.ATIF(), new atif.IFSRL()];
    const isThere = ({ owner, member }: { owner: string; member: string }): boolean => {
      if (owner === "") return layers.some((layer) => member in layer);
      if (!(owner in exported)) return member === "" && owner in globalThis;
      if (member === "") return true;
      const { prototype } = exported[owner] as { prototype: object };
      return member in (exported[owner] as object) || member in prototype;
    };
    const checked = names.map(nameIn).filter((name) => name !== null);
    expect(checked.filter((name) => !isThere(name))).toEqual([]);
    expect(checked.length).toBeGreaterThan(60);
  });

  it("gives the defaults that there are", () => {
    // of IFSRL and of ATIF
    const written = names.filter((code) => code.startsWith("{ vThreshold = "));
    expect(written).toEqual([written[0], written[0]]);
    const entries = written[0]
      .slice(2, -2)
      .split(", ")
      .map((entry) => entry.split(" = "));
    const options = Object.fromEntries(entries.map(([name, value]) => [name, JSON.parse(value) as unknown]));
    expect(Object.keys(options)).toHaveLength(6);
    for (const Node of [atif.ATIF, atif.IFSRL]) {
      const [given, left] = [options, {}].map((each) => {
        atif.manualSeed(3);
        const node = new Node(each);
        return [node.theta, node.alpha, node.getCoeffs().minimum];
      });
      expect(given).toEqual(left);
    }
  });
});
