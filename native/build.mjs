/**
 * Compiles kernels/c for the processors of this machine's kind and links them with addon.c to native/out/atif.node.
 *
 *   node native/build.mjs [--verbose]     CC=clang node native/build.mjs: with another compiler than cc
 *   node native/build.mjs --refresh       only where there is one that is out of date; where it cannot be, it goes
 *
 * Nothing is done for what has not changed. README.md says how the parts fit together.
 */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { definitionsIn } from "../kernels/native/kernel-definitions.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [kernelFolder, here] = [join(root, "kernels", "c"), join(root, "native")];

/** The sets of each architecture, the widest first, as addon.c tries them. */
const setsOf = {
  x64: [
    // clang splits vectors of 512 bits unless it is told not to.
    { name: "avx512", processor: "x86-64-v4", flags: ["-mprefer-vector-width=512", "-DLANES=16"] },
    { name: "avx2", processor: "x86-64-v3", flags: ["-DLANES=8"] },
  ],
  arm64: [{ name: "neon", flags: ["-DLANES=4"] }],
};

const common = [
  "-std=c11", "-O3", "-fPIC", "-Wall", "-Wextra", "-Wno-unknown-pragmas", "-Wno-pragmas", "-Wno-psabi", "-fvisibility=hidden",
  "-fno-math-errno", "-fno-trapping-math",
  // One rounding per operation: nothing may fuse a multiply and an add (kernels/RULES.md, 5).
  "-ffp-contract=off",
]; // prettier-ignore

/** Where node_api.h is. */
const headers = () =>
  createRequire(import.meta.url)("node-api-headers").include_dir ??
  join(dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json")), "include");

/** A file once for each version of what it is made from. */
function digest(...parts) {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:${part}`);
  return hash.digest("hex");
}

const textsIn = (folder, ending) =>
  readdirSync(folder)
    .filter((name) => ending.test(name))
    .sort()
    .map((name) => [name, readFileSync(join(folder, name), "utf8")]);

/** name -> number of arguments, of an interface in contract.ts */
function readInterface(text, name) {
  const begin = text.indexOf(`export interface ${name} {`);
  const body = text
    .slice(begin, text.indexOf("\n}", begin))
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "");
  return [...body.matchAll(/(\w+)\([^)]*\)\s*:\s*(?:void|boolean|number);/g)].map(([, kernel]) => kernel);
}

const limitDefinition = /^(?:__attribute__\(\(\w+\)\) )?int (\w+)\(([^)]*)\) \{/gm;

/** Everything that other files can see in kernels/c, kernels and what they share. */
function globalNames(texts) {
  const names = new Set(["this_thread", "shared_scratch_block"]);
  for (const [, text] of texts) for (const [, name] of text.matchAll(limitDefinition)) names.add(name);
  for (const [, text] of texts)
    for (const [, name] of text.matchAll(
      /^(?!static|typedef|enum|struct \w+ \{)[a-z][\w *]*?\b(\w+)\([^;]*?\) \{/gm,
    ))
      names.add(name);
  for (const name of definitionsIn(texts).keys()) names.add(name);
  return [...names];
}

/** calls.h: the switch over all kernels and limits; and their names with numbers of arguments, in the same order. */
function generateCalls(texts) {
  const contract = readFileSync(join(root, "src", "kernels", "contract.ts"), "utf8");
  const definitions = new Map(
    [...definitionsIn(texts)].map(([name, { parameters }]) => [name, parameters.replace(/\s+/g, " ")]),
  );
  for (const [, text] of texts)
    for (const [, name, parameters] of text.matchAll(limitDefinition))
      definitions.set(name, parameters.replace(/\s+/g, " "));
  const [kernels, limits] = ["Kernels", "Limits"].map((name) => readInterface(contract, name));
  const rows = [...kernels, ...limits].map((name, number) => {
    const parameters = definitions.get(name);
    if (parameters === undefined) throw new Error(`kernels/c defines no ${name} that this script can read.`);
    const list = parameters === "void" || parameters === "" ? [] : parameters.split(",");
    const values = list.map((parameter, i) => {
      if (parameter.includes("*")) return `at(base, v[${i}])`;
      return `(${/\b(int|float|double)\b/.exec(parameter)[0]})v[${i}]`;
    });
    const result = limits.includes(name) ? "v[0] = " : "";
    return {
      declaration: `${result === "" ? "void" : "int"} ${name}(${parameters});`,
      call: `    case ${number}: ${result}${name}(${values.join(", ")}); break;`,
      word: `${name}:${list.length}`,
    };
  });
  const declarations = rows.map(({ declaration }) => `${declaration}\n`).join("");
  const calls = [
    "static void call_kernel(int number, double *v, char *base) {",
    "  switch (number) {",
    ...rows.map(({ call }) => call),
    "  }",
    "}",
    "",
  ].join("\n");
  return { declarations, calls, words: rows.map(({ word }) => word).join(" ") };
}

function writeIfOther(path, text) {
  if (!existsSync(path) || readFileSync(path, "utf8") !== text) writeFileSync(path, text);
}

function run(command, words) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, words, { stdio: ["ignore", "inherit", "inherit"] });
    child.on("error", (error) => reject(new Error(`${command} did not start: ${error.message}`)));
    child.on("close", (status) =>
      status === 0
        ? resolve()
        : reject(new Error(`${command} refused (exit ${status}); see the lines above.`)),
    );
  });
}

const march = (processor) => (processor === undefined ? [] : [`-march=${processor}`]);

/** What a target needs beside its sets. */
const systems = {
  linux: { sources: [join(here, "system_posix.c"), join(here, "waiting_linux.c")], link: ["-shared", "-pthread", "-Wl,-z,relro,-z,now", "-s"] },
  darwin: { sources: [join(here, "system_posix.c"), join(root, "kernels", "native", "waiting.c")], link: ["-shared", "-Wl,-undefined,dynamic_lookup", "-s"] },
  win32: { sources: [join(here, "system_windows.c")], link: ["-shared", "-lapi-ms-win-core-synch-l1-2-0", "-s"] },
}; // prettier-ignore

/**
 * @param target.compiler words of a command
 * @param target.forProcessor its options for "x86-64-v3" and the like
 * @param target.out folder for what is in between; the addon is atif.node in it
 * @returns the addon's path
 */
export async function buildAddon({
  platform,
  arch,
  compiler,
  out,
  flags = [],
  link = [],
  forProcessor = march,
  log = () => {},
}) {
  const sets = setsOf[arch];
  const system = systems[platform];
  if (sets === undefined || system === undefined)
    throw new Error(
      `there are no native kernels for ${platform}-${arch}; expected one of ${Object.keys(systems).join(", ")} and ` +
        `${Object.keys(setsOf).join(", ")}. WebAssembly serves there.`,
    );
  mkdirSync(out, { recursive: true });
  const texts = textsIn(kernelFolder, /\.c$/);
  const headerTexts = [...textsIn(kernelFolder, /\.h$/), ...textsIn(here, /\.h$/)].flat();
  const { declarations, calls, words } = generateCalls(texts);
  writeIfOther(join(out, "calls.h"), calls);
  const setsHeader = [
    ...sets.map(({ name }) => `extern const struct kernel_set ${name}_set;`),
    `static const struct kernel_set *const sets[] = {${sets.map(({ name }) => `&${name}_set`).join(", ")}};`,
    `static const char kernel_words[] = "${words}";`,
    "",
  ].join("\n");
  writeIfOther(join(out, "sets.h"), setsHeader);
  const names = globalNames(texts);
  const include = [`-I${out}`, `-I${kernelFolder}`];
  const units = [];
  for (const { name, processor, flags: own } of sets) {
    // Each set has the same names, and the addon all sets. gcc obeys where a declaration comes before the definition.
    const renamed = join(out, `${name}-names.h`);
    const renaming = names.map((each) => `#pragma redefine_extname ${each} ${name}_${each}\n`);
    writeIfOther(renamed, `${renaming.join("")}${declarations}`);
    const options = [
      ...common,
      ...flags,
      ...forProcessor(processor),
      ...own,
      "-ffreestanding",
      "-DATIF_CONTEXTS",
      "-include",
      renamed,
      ...include,
    ];
    for (const [file] of texts)
      units.push({ source: join(kernelFolder, file), options, object: `${name}-${file}.o` });
    units.push({
      source: join(here, "kernel_set.c"),
      options: [...options, `-DATIF_SET=${name}_`, `-DATIF_SET_NAME="${name}"`],
      object: `${name}-set.o`,
    });
  }
  const plain = [...common, ...flags, `-I${out}`, `-I${headers()}`];
  for (const source of [join(here, "addon.c"), join(here, "instruction_sets.c"), ...system.sources])
    units.push({ source, options: plain, object: `${basename(source)}.o` });
  const version =
    spawnSync(compiler[0], [...compiler.slice(1), "--version"], { encoding: "utf8" }).stdout ?? "";
  const todo = units.filter((unit) => {
    unit.path = join(out, unit.object);
    unit.digest = digest(compiler.join(" "), version, unit.options.join(" "), declarations, calls, setsHeader, names.join(), ...headerTexts, readFileSync(unit.source, "utf8")); // prettier-ignore
    const noted = `${unit.path}.inputs`;
    return !(existsSync(unit.path) && existsSync(noted) && readFileSync(noted, "utf8") === unit.digest);
  });
  const addon = join(out, "atif.node");
  if (todo.length === 0 && existsSync(addon)) return addon;
  log(`compiling ${todo.length} files of C for ${platform}-${arch} with ${compiler.join(" ")} …`);
  const next = async () => {
    for (let unit; (unit = todo.shift()) !== undefined;) {
      await run(compiler[0], [...compiler.slice(1), ...unit.options, "-c", unit.source, "-o", unit.path]);
      writeFileSync(`${unit.path}.inputs`, unit.digest);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, next));
  // Written whole or not at all: a process may have it open.
  const temporary = `${addon}.${process.pid}`;
  await run(compiler[0], [
    ...compiler.slice(1),
    ...units.map(({ path }) => path),
    ...system.link,
    ...link,
    "-o",
    temporary,
  ]);
  renameSync(temporary, addon);
  return addon;
}

const out = join(here, "out");

async function main() {
  const refresh = process.argv.includes("--refresh");
  if (refresh && !existsSync(join(out, "atif.node"))) return;
  try {
    const built = await buildAddon({
      platform: process.platform,
      arch: process.arch,
      compiler: [process.env.CC ?? "cc"],
      out,
      log: (sentence) => console.error(`native/build: ${sentence}`),
    });
    if (process.argv.includes("--verbose")) console.error(`native/build: ${built}`);
  } catch (error) {
    if (refresh) rmSync(join(out, "atif.node"), { force: true });
    console.error(
      `native/build: ${error.message}` +
        (refresh
          ? " The addon was out of date and is removed: WebAssembly serves."
          : " Install gcc or clang, or set CC; without the addon, WebAssembly serves."),
    );
    if (!refresh) process.exitCode = 1;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await main();
