/**
 * Compiles kernels/c/*.c to one WebAssembly module and writes it, deflated and as base64, to
 * src/kernels/wasm/binary.ts.
 *
 *   node kernels/build.mjs [--force]
 *   ATIF_CLANG=clang-19 node kernels/build.mjs     with a clang and wasm-ld of this machine instead
 *
 * The same inputs give the same bytes. Nothing is done when the inputs have not changed since the last build.
 */

import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sourceFolder = join(root, "kernels", "c");
const contractFile = join(root, "src", "kernels", "contract.ts");
const outputFile = join(root, "src", "kernels", "wasm", "binary.ts");

const MAXIMUM_MEMORY = 2 ** 32;

const flags = [
  "--target=wasm32-unknown-unknown",
  "-std=c11",
  "-Wall",
  "-Wextra",
  "-Werror",
  "-nostdlib",
  "-ffreestanding",
  "-fno-math-errno",
  // One rounding per operation: nothing may fuse a multiply and an add (kernels/RULES.md, 5).
  "-ffp-contract=off",
  "-msimd128",
  "-matomics",
  "-mbulk-memory",
  "-mmutable-globals",
  "-mnontrapping-fptoint",
  "-msign-ext",
  // What a header does not hide is a kernel, and is exported.
  "-fvisibility=default",
  // Loop strength reduction turns the constant offsets of neighbouring loads into additions of their own: without it the
  // module is a twelfth smaller, and dense products are an eighth faster.
  "-mllvm",
  "-disable-lsr",
];

/**
 * How files are optimized; those not named are rolled. Loops over sums that are held in registers must be unrolled whole; elsewhere unrolling makes
 * the module half as large again, for nothing or less (measured, a training step of docs/performance.md).
 */
const optimization = {
  small: ["-Os"],
  rolled: ["-O3", "-fno-unroll-loops"],
  unrolled: ["-O2"],
  unrolledFurther: ["-O3"],
};
const optimizationOf = {
  "broadcasting.c": "small",
  "conv2d.c": "small",
  "cross_entropy.c": "small",
  "gemm.c": "small",
  "lif.c": "small",
  "pooling.c": "small",
  "reductions.c": "small",
  "depthwise.c": "unrolled",
  "atif.c": "unrolled",
  "packed_atif.c": "unrolled",
  "packed_atif_pool.c": "unrolled",
  "packed_atif_pool_forward.c": "unrolled",
  "packed_forward.c": "unrolled",
  "packed_weight_grad.c": "unrolled",
  "product.c": "unrolledFurther",
  "windows.c": "unrolled",
  "winograd.c": "unrolled",
};

const linkFlags = [
  "--target=wasm32-unknown-unknown",
  "-nostdlib",
  "-Wl,--export-dynamic",
  "-Wl,--no-entry",
  "-Wl,--import-memory",
  "-Wl,--shared-memory",
  `-Wl,--max-memory=${MAXIMUM_MEMORY}`,
  // The stack lies below the data, so that an overflow traps instead of overwriting it.
  "-Wl,--stack-first",
  "-Wl,-z,stack-size=65536",
  "-Wl,--gc-sections",
  "-Wl,--strip-all",
];

/** What the loader and a thread pool need beside the kernels. */
const linkerSymbols = ["__heap_base", "__stack_pointer", "__tls_size", "__tls_align", "__wasm_init_tls"];
/** kernels/c/pool.h: what the loader and a thread pool call. */
const poolFunctions = ["poolResize", "poolServe", "poolAbandon", "poolScratch"];
const exportFlags = linkerSymbols.map((symbol) => `-Wl,--export=${symbol}`);

function fail(sentence) {
  console.error(`kernels/build: ${sentence}`);
  process.exit(1);
}

/** Name -> number of parameters, read from an interface of contract.ts. */
function readInterface(text, interfaceName) {
  const start = text.indexOf(`export interface ${interfaceName} {`);
  const end = text.indexOf("\n}", start);
  if (start < 0 || end < 0)
    fail(`src/kernels/contract.ts has no \`export interface ${interfaceName} { … }\`.`);
  const body = text
    .slice(start, end)
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/\/\/.*$/gm, "");
  const found = new Map();
  for (const [, name, parameters] of body.matchAll(/(\w+)\(([^)]*)\)\s*:\s*(?:void|boolean|number);/g)) {
    found.set(name, parameters.split(",").filter((parameter) => parameter.trim() !== "").length);
  }
  return found;
}

/** Path relative to the repository -> text, in a fixed order. */
function readSources() {
  const names = readdirSync(sourceFolder).filter((name) => /\.[ch]$/.test(name));
  return new Map(
    names.sort().map((name) => [`kernels/c/${name}`, readFileSync(join(sourceFolder, name), "utf8")]),
  );
}

/** The commands that make the module from the units: objects, a group of files at a time, then all of them linked. */
function* commands(units, output) {
  const objects = [];
  for (const [name, options] of Object.entries(optimization)) {
    const group = units.filter((unit) => (optimizationOf[basename(unit)] ?? "rolled") === name);
    if (group.length === 0) continue;
    yield [...flags, ...options, "-c", ...group];
    objects.push(...group.map((unit) => basename(unit).replace(/\.c$/, ".o")));
  }
  // The order of the sources, not of the groups.
  yield [...linkFlags, ...exportFlags, ...objects.sort(), "-o", output];
}

/** Compiles with the npm package. Diagnostics, with file and line, go to stderr. */
async function compileWithPackage(sources, units) {
  const { runClang, runLLVM } = await import("@yowasp/clang");
  // Loads the compiler from node_modules first: otherwise it prints progress lines of its own.
  await runLLVM(null, {}, { fetchProgress() {} });
  const folder = {};
  for (const [path, text] of sources) folder[path.slice("kernels/c/".length)] = text;
  const decoder = new TextDecoder();
  let diagnostics = "";
  let files = { kernels: { c: folder } };
  try {
    for (const options of commands(units, "kernels.wasm")) {
      files = await runClang(["clang", ...options], files, {
        stdout() {},
        stderr(bytes) {
          if (bytes) diagnostics += decoder.decode(bytes, { stream: true });
        },
      });
    }
    if (diagnostics !== "") process.stderr.write(diagnostics);
    return files["kernels.wasm"];
  } catch (error) {
    process.stderr.write(diagnostics);
    fail(`clang refused the kernels (${error?.message ?? error}); see the lines above.`);
  }
}

/** Compiles with a clang of this machine, which needs wasm-ld of the same version beside it. */
function compileWithLocal(clang, units) {
  const folder = mkdtempSync(join(tmpdir(), "atif-kernels-"));
  try {
    const output = join(folder, "kernels.wasm");
    const paths = units.map((unit) => join(root, unit));
    for (const options of commands(paths, output)) {
      const result = spawnSync(clang, options, { cwd: folder, encoding: "utf8" });
      if (result.error !== undefined)
        fail(`ATIF_CLANG is ${clang}, which did not start: ${result.error.message}.`);
      process.stderr.write(result.stderr);
      if (result.status !== 0)
        fail(`${clang} refused the kernels (exit ${result.status}); see the lines above.`);
    }
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Compares what the module exports with the contract, and finds how many pages it needs to start. */
function inspect(binary, contract) {
  const module = new WebAssembly.Module(binary);
  const memory = new WebAssembly.Memory({ initial: 1024, maximum: MAXIMUM_MEMORY / 65536, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory, now: () => 0 } });
  const functions = Object.keys(exports).filter(
    (name) => !linkerSymbols.includes(name) && !poolFunctions.includes(name),
  );

  const extra = functions.filter((name) => !contract.has(name));
  if (extra.length > 0) {
    fail(
      `kernels/c defines ${extra.join(", ")}, which src/kernels/contract.ts does not name; make it static, ` +
        "declare it in a header after INTERNAL_BEGIN, or add it to the contract.",
    );
  }
  for (const name of functions) {
    if (exports[name].length !== contract.get(name)) {
      fail(
        `${name} takes ${exports[name].length} arguments in C but ${contract.get(name)} in src/kernels/contract.ts.`,
      );
    }
  }
  const missing = [...contract.keys()].filter((name) => exports[name] === undefined);
  if (missing.length > 0) {
    fail(
      `kernels/c defines no ${missing.join(", ")}, which src/kernels/contract.ts names; ` +
        "write it there as a function that is neither static nor internal.",
    );
  }
  return { pages: Math.ceil(exports.__heap_base.value / 65536) };
}

const contractText = readFileSync(contractFile, "utf8");
const sources = readSources();
const units = [...sources.keys()].filter((path) => path.endsWith(".c"));
const localClang = process.env.ATIF_CLANG;
const compiler =
  localClang ??
  `@yowasp/clang ${JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies["@yowasp/clang"]}`;

const hash = createHash("sha256");
for (const part of [
  readFileSync(fileURLToPath(import.meta.url), "utf8"),
  compiler,
  contractText,
  ...[...sources].flat(),
]) {
  hash.update(`${part.length}:${part}`);
}
const inputs = hash.digest("hex");

let previous = "";
try {
  previous = readFileSync(outputFile, "utf8").slice(0, 400);
} catch {
  // Not built yet.
}
if (!process.argv.includes("--force") && previous.includes(`inputs ${inputs}`)) {
  console.log("kernels: unchanged since the last build");
  process.exit(0);
}

const binary =
  localClang === undefined ? await compileWithPackage(sources, units) : compileWithLocal(localClang, units);
const [kernels, limits] = ["Kernels", "Limits"].map((name) => readInterface(contractText, name));
const { pages } = inspect(binary, new Map([...kernels, ...limits]));

// Written whole or not at all: another build, or a test, may be reading it.
const temporary = `${outputFile}.${process.pid}`;
writeFileSync(
  temporary,
  `// Built by kernels/build.mjs from kernels/c; do not edit. inputs ${inputs}\n\n` +
    "/** One object: minifiers leave it where it is, and write no long string into the middle of other code. */\n" +
    "export const wasmBinary: { readonly deflatedBase64: string; readonly initialPages: number } = {\n" +
    "  /** The compiled kernels, deflated (RFC 1951): base64 of a module as it is does not compress well in transit. */\n" +
    `  deflatedBase64:\n    "${deflateRawSync(binary, { level: 9 }).toString("base64")}",\n` +
    "  /** Pages of 64 KiB that the module's stack, data and scratch take. */\n" +
    `  initialPages: ${pages},\n};\n`,
);
renameSync(temporary, outputFile);
console.log(`kernels: ${compiler}`);
console.log(`kernels: ${[...flags, ...linkFlags].join(" ")}`);
for (const [name, options] of Object.entries(optimization))
  console.log(`kernels: ${name}: ${options.join(" ")}`);
console.log(
  `kernels: ${kernels.size} kernels and ${limits.size} limits from ${units.length} files, ${binary.length} bytes, ` +
    `sha256 ${createHash("sha256").update(binary).digest("hex").slice(0, 16)}`,
);
