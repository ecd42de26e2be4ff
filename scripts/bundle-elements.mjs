/**
 * Writes what pages use without a bundler, of the modules that tsc left in build/, one file each:
 *
 *   dist/elements/index.js      atif/elements, with types beside it
 *   dist/standalone/page.html   what `atif export --to html` fills in with a network
 */

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { isolatedDeclarationSync } from "rolldown/experimental";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const build = join(root, "build");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

/** Preact is in both files, and its licence wants to be. */
const banner = `/*! atif ${version}, Apache-2.0. With Preact:\n\n${readFileSync(join(root, "node_modules/preact/LICENSE"), "utf8")}*/`;

const css = (path) =>
  readFileSync(path, "utf8")
    .replace(/\/\*.*?\*\//gs, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([{};]) ?/g, "$1")
    .replace(/([:,]) /g, "$1")
    .trim();

/** The library and its modules as tsc has compiled them; style sheets as texts. */
const resolving = {
  name: "resolving",
  resolveId(id, importer) {
    if (id === "atif") return join(build, "index.js");
    const [, own] = /^(?:\.\.\/)+src\/(.+\.js)$/.exec(id) ?? [];
    if (own !== undefined) return join(build, own);
    return id.endsWith(".css?inline") ? join(dirname(importer), id) : null;
  },
  // What is loaded later would be made ready to be, and with it all that it shares with the rest. Nothing here loads anything later.
  resolveDynamicImport: (id) => ({ id: String(id), external: true }),
  load: (id) =>
    id.endsWith(".css?inline")
      ? { code: `export default ${JSON.stringify(css(id.slice(0, -"?inline".length)))};`, moduleType: "js" }
      : null,
};

/** Of the library; as package.json says of dist/. */
const operations = ["index.js", "ops/install-operations.js"].map((path) => join(build, path));

/** @param effects modules of the library that are run for their effect */
async function bundled(entry, format, effects = []) {
  const bundle = await rolldown({
    input: join(root, entry),
    platform: "browser",
    plugins: [resolving],
    treeshake: { moduleSideEffects: (id) => !id.startsWith(build + sep) || effects.includes(id) },
  });
  const { output } = await bundle.generate({ format, minify: true, codeSplitting: false });
  await bundle.close();
  if (output.length !== 1) throw new Error(`${entry} makes ${output.length} files; expected one.`);
  const [{ code, dynamicImports }] = output;
  if (dynamicImports.length > 0) throw new Error(`${entry} loads ${dynamicImports.join(", ")} later.`);
  return code;
}

/** The types of a module and of those that it names, and of no others: nobody needs Preact's. */
function declare(path, into, done = new Set()) {
  if (done.has(path)) return;
  done.add(path);
  const { code, errors } = isolatedDeclarationSync(path, readFileSync(path, "utf8"), {});
  if (errors.length > 0) throw new Error(`${path}: ${errors.map(({ message }) => message).join("; ")}`);
  const to = join(into, relative(join(root, "elements"), path).replace(/\.tsx?$/, ".d.ts"));
  writeFileSync(to, code);
  for (const [, name] of code.matchAll(/(?:from|import) "\.\/([^"]+)\.js"/g)) {
    const [source] = [".ts", ".tsx"].map((end) => join(dirname(path), name + end)).filter(existsSync);
    declare(source, into, done);
  }
}

const elements = join(root, "dist", "elements");
rmSync(elements, { recursive: true, force: true });
mkdirSync(elements, { recursive: true });
writeFileSync(join(elements, "index.js"), `${banner}\n${await bundled("elements/index.ts", "esm")}`);
declare(join(root, "elements", "index.ts"), elements);

/** Without its last places, which the command line fills in. */
const standalone = join(root, "dist", "standalone");
const style = css(join(root, "elements", "style.css")) + css(join(root, "standalone", "style.css"));
const script = `${banner}\n${await bundled("standalone/main.tsx", "iife", operations)}`.trim();
for (const [text, end] of [
  [script, /<\/script|<!--/i],
  [style, /<\/style/i],
])
  if (end.test(text)) throw new Error(`the page of one file holds ${end}, which would end it early.`);
const hash = (text) => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
/** It runs its own script and WebAssembly, and asks nobody for anything. */
const policy = [
  "default-src 'none'",
  `script-src ${hash(script)} 'wasm-unsafe-eval'`,
  `style-src ${hash(style)}`,
  "base-uri 'none'",
  "form-action 'none'",
].join("; ");
const texts = { policy, generator: `atif ${version}`, style, script };
const page = readFileSync(join(root, "standalone", "page.html"), "utf8").replace(
  /\{\{(\w+)\}\}/g,
  (place, name) => texts[name] ?? place,
);
rmSync(standalone, { recursive: true, force: true });
mkdirSync(standalone, { recursive: true });
writeFileSync(join(standalone, "page.html"), page);
