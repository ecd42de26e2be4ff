/** Nothing that the page says stands outside of the tables of words: it would be said in English to everybody. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../playground", import.meta.url));

/** Built with, or tables themselves, or the same in all languages. */
const ELSEWHERE =
  /^(words|generated)\/|^(vite\.config|offline\/plugin|start-first|state\/citation|content-security-policy|environment\.d)\.ts$/;

/** Symbols are the same in all languages. */
const SYMBOLS: ReadonlySet<string> = new Set([
  "θ",
  "T =",
  "T",
  "α",
  "u",
  "u =",
  "u = v + x =",
  "θ:",
  "v =",
  "v = u =",
  "v = u − θ =",
]);

/** What people never read: a message to who builds the page, fonts, selectors, names that files keep. */
const NOT_SHOWN: ReadonlySet<string> = new Set([
  "index.html has no element with the id page.",
  "18px system-ui, sans-serif",
  "12px system-ui, sans-serif",
  "(prefers-color-scheme: dark)",
  "(prefers-reduced-motion: reduce)",
  "input, textarea",
  "your pictures",
  "your images",
  "moving digits",
]);

/** Attributes, properties and functions that take what is shown or read out. */
const SHOWN_BY =
  /^(aria-(label|description|roledescription|valuetext|placeholder)|title|alt|placeholder|label|hint|shown|xLabel|caption|sentence|announce|done|Error)$/;

const isWord = (text: string): boolean =>
  /\p{L}/u.test(text) && !SYMBOLS.has(text.trim()) && !NOT_SHOWN.has(text);
const isSentence = (text: string): boolean => isWord(text) && /\p{L}{2,}[,.;:!?]? \p{L}/u.test(text);

/** Literals that are what an expression becomes, by one way or another. */
function outcomes(node: ts.Node): string[] {
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isTemplateExpression(node))
    return [
      node.head.text,
      ...node.templateSpans.flatMap(({ expression, literal }) => [...outcomes(expression), literal.text]),
    ];
  if (ts.isConditionalExpression(node)) return [...outcomes(node.whenTrue), ...outcomes(node.whenFalse)];
  if (ts.isJsxExpression(node) || ts.isParenthesizedExpression(node))
    return node.expression === undefined ? [] : outcomes(node.expression);
  if (ts.isBinaryExpression(node) && /^(\+|\|\||&&|\?\?)$/.test(node.operatorToken.getText()))
    return [...outcomes(node.left), ...outcomes(node.right)];
  return [];
}

/** Texts of a file that are said to people. */
function literals(name: string, source: string): string[] {
  const file = ts.createSourceFile(
    name,
    source,
    ts.ScriptTarget.Latest,
    true,
    name.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isTypeNode(node)) return;
    if (ts.isJsxText(node)) found.push(...[node.text].filter(isWord));
    else if (ts.isJsxExpression(node) && !ts.isJsxAttribute(node.parent))
      found.push(...outcomes(node).filter(isWord));
    else if (ts.isJsxAttribute(node)) {
      if (!SHOWN_BY.test(node.name.getText()))
        return void (
          node.initializer !== undefined &&
          ts.isJsxExpression(node.initializer) &&
          ts.forEachChild(node.initializer, inAttribute)
        );
      if (node.initializer !== undefined) found.push(...outcomes(node.initializer).filter(isWord));
    } else if (ts.isPropertyAssignment(node) && SHOWN_BY.test(node.name.getText()))
      found.push(...outcomes(node.initializer).filter(isWord));
    else if (
      (ts.isCallExpression(node) || ts.isNewExpression(node)) &&
      SHOWN_BY.test(node.expression.getText())
    )
      found.push(...(node.arguments ?? []).flatMap(outcomes).filter(isWord));
    else if (ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
      found.push(...outcomes(node).filter(isSentence));
    ts.forEachChild(node, visit);
  };
  /** Classes and coordinates are nobody's words; what is called in a handler is. */
  const inAttribute = (node: ts.Node): void => {
    if (ts.isArrowFunction(node) || ts.isCallExpression(node)) visit(node);
    else ts.forEachChild(node, inAttribute);
  };
  visit(file);
  return [...new Set(found.map((text) => text.trim()))];
}

describe("literals that people read", () => {
  it.each([
    [`const x = <p>Clear</p>;`, ["Clear"]],
    [`const x = <p>{n} steps</p>;`, ["steps"]],
    [`const x = <b>{open ? "Stop" : words.play}</b>;`, ["Stop"]],
    ["const x = <b>{`${n} of all`}</b>;", ["of all"]],
    [`const x = <b>{name ?? "a file"}</b>;`, ["a file"]],
    [`const x = <button aria-label="Up" title={up ? "Move up" : ""} class="primary bar">↑</button>;`, ["Up", "Move up"]],
    [`const x = <input placeholder="Name" onInput={() => announce("Typed")} />;`, ["Name", "Typed"]],
    [`const x = <Slider label="Seed" hint={\`Made for \${n}\`} />;`, ["Seed", "Made for"]],
    [`const sections = [{ id: "draw", title: "Draw" }];`, ["Draw"]],
    [`throw new Error("Wrong");`, ["Wrong"]],
    [`const advice = "drop it alone";`, ["drop it alone"]],
    ["const told = `${name} came; expected one.`;", ["came; expected one."]],
    [`const x = <p class={a ? "muted note" : "muted"}>θ {"·"} T = {f("kind")} ›{status === "idle" ? words.a : words.b}</p>;`, []],
    [`import { a } from "./a b c.js"; type A = "one thing";`, []],
  ])("are found in %s", (source, expected) => {
    expect(literals("x.tsx", source)).toEqual(expected);
  });

  it("stand in the tables of words alone", () => {
    const names = readdirSync(root, { encoding: "utf8", recursive: true })
      .map((path) => path.replaceAll("\\", "/"))
      .filter((path) => /\.tsx?$/.test(path) && !ELSEWHERE.test(path));
    expect(names.length).toBeGreaterThan(50);
    const left = names.flatMap((name) =>
      literals(name, readFileSync(join(root, name), "utf8")).map((text) => `${name}: ${text}`),
    );
    expect(left).toEqual([]);
  });
}); // prettier-ignore
