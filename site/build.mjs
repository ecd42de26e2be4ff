/**
 * The documentation as a site: `npm run docs`, `npm run docs:dev`.
 *
 *   --base /atif/   path under which a host will serve it; any, if it is left out (or ATIF_DOCS_BASE)
 *   --serve         serves what was built, to this machine
 *   --port 5280     there
 *   --dev           serves documents as they are written instead of building
 *
 * It fails where a link leads nowhere, where no navigation leads to a page, and where a page would ask another host for anything.
 */

import { spawnSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { GENERATED, PLAYGROUND } from "./navigation.mjs";
import { keepStaged, stage } from "./stage.mjs";
import { leadBack } from "./way-back.mjs";

const site = import.meta.dirname;
const root = dirname(site);
const out = join(site, "out");

const { values } = parseArgs({
  options: {
    base: { type: "string", default: process.env.ATIF_DOCS_BASE ?? "./" },
    serve: { type: "boolean", default: false },
    port: { type: "string", default: "5280" },
    dev: { type: "boolean", default: false },
  },
});
/** Links from each page to the others hold at any place, unless one is named. */
const base = values.base === "./" ? "./" : `/${values.base.replace(/^\/+|\/+$/g, "")}/`.replace("//", "/");
process.env.ATIF_DOCS_BASE = base;

/** As `npm ci` left it: npm keeps the lock that it has installed beside what it installed. */
function isInstalled() {
  const installed = join(site, "node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const packagesOf = (path) =>
    Object.entries(JSON.parse(readFileSync(path, "utf8")).packages).filter(([name]) => name !== "");
  const wanted = packagesOf(join(site, "package-lock.json")).filter(([, { optional }]) => optional !== true);
  const there = new Map(packagesOf(installed));
  return wanted.every(([name, { version }]) => there.get(name)?.version === version);
}

if (!isInstalled()) {
  console.log("docs: npm ci in site/, once …");
  const { status } = spawnSync(
    "npm",
    ["ci", "--prefix", site, "--no-audit", "--no-fund", "--loglevel", "error"],
    {
      stdio: "inherit",
      shell: process.platform === "win32",
    },
  );
  if (status !== 0) process.exit(1);
}

// They need what was installed.
const [{ writeReference }, { examplesPage }] = await Promise.all([
  import("./reference.mjs"),
  import("./examples.mjs"),
]);
const generated = join(site, "generated");
const shown = join(generated, "public", PLAYGROUND);
rmSync(generated, { recursive: true, force: true });
stage(root);
cpSync(join(root, "dist", "playground"), shown, { recursive: true });
leadBack(join(shown, "index.html"), "../");
const picture = "spiking-potential.svg";
cpSync(join(root, "docs", "pictures", picture), join(generated, "public", picture));
writeFileSync(join(generated, "reference.json"), JSON.stringify(await writeReference(root)));
writeFileSync(join(root, GENERATED, "examples.md"), examplesPage(root));

const vitepress = await import("vitepress");
if (values.dev) {
  const server = await vitepress.createServer(site, { port: Number(values.port) });
  await server.listen();
  keepStaged(root);
  server.printUrls();
} else {
  rmSync(out, { recursive: true, force: true });
  await vitepress.build(site);
  const { problemsOf } = await import("./check.mjs");
  const problems = problemsOf(out, base);
  for (const problem of problems) console.error(problem);
  if (problems.length > 0) {
    console.error(`docs: ${problems.length} of these; the site in site/out is not what it must be.`);
    process.exit(1);
  }
  console.log("docs: the site is in site/out, plain files for any host");
  if (values.serve) {
    const { serveSite } = await import("./serve.mjs");
    const { address } = await serveSite(out, base === "./" ? "/" : base, Number(values.port));
    console.log(`docs: the site is at ${address}; Ctrl-C ends it`);
  }
}
