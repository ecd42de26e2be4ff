/**
 * Compiles kernels/c/*.c and links them to two WebAssembly modules, all kernels and those that run a network
 * (src/kernels/kernel-table.ts). Writes them, deflated and as base64, to src/kernels/wasm/binary.ts. Each file of kernels/apart
 * becomes a module of its own, over the memory of whichever kernels run, in the folder of those who load it.
 *
 *   node kernels/build.mjs [--force] [--verbose]   --verbose: with which compiler and which options
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
import { inflateRawSync } from "node:zlib";
import { deflateBest } from "./deflate.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const sourceFolder = join(root, "kernels", "c");
const contractFile = join(root, "src", "kernels", "contract.ts");
const tableFile = join(root, "src", "kernels", "kernel-table.ts");
const outputFile = join(root, "src", "kernels", "wasm", "binary.ts");

const apartFolder = join(root, "kernels", "apart");

/** What few need, and nobody else loads. Functions: name -> number of arguments. */
const apart = [
  {
    source: "shard_sums.c",
    output: join(root, "src", "parallel", "shard-sums-binary.ts"),
    options: ["-O2"],
    functions: { largestBits: 2, sumRounded: 5, sumToFloat32: 5, toFloat32: 3 },
  },
  {
    source: "rounding.c",
    output: join(root, "src", "quantization", "rounding-binary.ts"),
    options: ["-O2", "-fno-unroll-loops"],
    functions: { roundFloats: 7, largestSize: 2, countOutside: 4, fireRounded: 16 },
  },
  {
    source: "layer_norm.c",
    output: join(root, "src", "ops", "layer-norm-binary.ts"),
    options: ["-O2", "-fno-unroll-loops"],
    functions: { normaliseRows: 9, rowGradients: 7, columnSums: 5 },
  },
];

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
  "-Wl,--no-entry",
  "-Wl,--import-memory",
  "-Wl,--shared-memory",
  `-Wl,--max-memory=${MAXIMUM_MEMORY}`,
  // The stack lies below the data, so that an overflow traps instead of overwriting it.
  "-Wl,--stack-first",
  "-Wl,-z,stack-size=65536",
  "-Wl,--gc-sections",
  "-Wl,--strip-all",
  "-Wl,--compress-relocations",
];

/** No stack and no data: what lies in the memory that it is given is that of others. */
const apartLinkFlags = [...linkFlags.filter((flag) => !/stack/.test(flag)), "-Wl,-z,stack-size=0"];

/** What the loader and a thread pool need beside the kernels. */
const linkerSymbols = ["__heap_base", "__stack_pointer", "__tls_size", "__tls_align", "__wasm_init_tls"];
/** kernels/c/pool.h: what the loader and a thread pool call. */
const poolFunctions = ["poolResize", "poolServe", "poolAbandon", "poolScratch"];

const exported = (names) => names.map((name) => `-Wl,--export=${name}`);

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

/** Names in an object of kernel-table.ts. */
function readList(text, listName) {
  const start = text.search(new RegExp(`^export const ${listName}\\b`, "m"));
  const end = text.indexOf("\n}", start);
  if (start < 0 || end < 0) fail(`src/kernels/kernel-table.ts has no \`export const ${listName} = { … }\`.`);
  return [...text.slice(start, end).matchAll(/^ {2}(\w+): \d+,$/gm)].map(([, name]) => name);
}

/** Path relative to the repository -> text, in a fixed order. */
function readSources() {
  const names = readdirSync(sourceFolder).filter((name) => /\.[ch]$/.test(name));
  return new Map(
    names.sort().map((name) => [`kernels/c/${name}`, readFileSync(join(sourceFolder, name), "utf8")]),
  );
}

/** Name -> text. */
function readApart() {
  const names = readdirSync(apartFolder).filter((name) => /\.[ch]$/.test(name));
  return new Map(names.sort().map((name) => [name, readFileSync(join(apartFolder, name), "utf8")]));
}

/**
 * The commands that make the modules from the units: objects, a group of files at a time, then all of them linked, once for
 * each module. What a module does not export, and nothing in it calls, is left out of it.
 */
function* commands(units, modules) {
  const objects = [];
  for (const [name, options] of Object.entries(optimization)) {
    const group = units.filter((unit) => (optimizationOf[basename(unit)] ?? "rolled") === name);
    if (group.length === 0) continue;
    yield [...flags, ...options, "-c", ...group];
    objects.push(...group.map((unit) => basename(unit).replace(/\.c$/, ".o")));
  }
  // The order of the sources, not of the groups.
  objects.sort();
  for (const { file, exports } of modules) yield [...linkFlags, ...exports, ...objects, "-o", file];
  const folder = apartFolderOf(units);
  for (const { source, functions, options } of apart) {
    yield [...flags, ...options, "-c", folder + source];
    const object = source.replace(/\.c$/, ".o");
    yield [...apartLinkFlags, ...exported(Object.keys(functions)), object, "-o", wasmFileOf(source)];
  }
}

const wasmFileOf = (source) => source.replace(/\.c$/, ".wasm");
const apartFiles = apart.map(({ source }) => wasmFileOf(source));

/** That beside the folder where the units are. */
function apartFolderOf([unit]) {
  return `${unit.slice(0, -`c/${basename(unit)}`.length)}apart/`;
}

/** Compiles with the npm package. Diagnostics, with file and line, go to stderr. */
async function compileWithPackage(sources, units, modules) {
  const { runClang, runLLVM } = await import("@yowasp/clang");
  // Loads the compiler from node_modules first: otherwise it prints progress lines of its own.
  await runLLVM(null, {}, { fetchProgress() {} });
  const folder = {};
  for (const [path, text] of sources) folder[path.slice("kernels/c/".length)] = text;
  const decoder = new TextDecoder();
  let diagnostics = "";
  let files = { kernels: { c: folder, apart: Object.fromEntries(readApart()) } };
  try {
    for (const options of commands(units, modules)) {
      files = await runClang(["clang", ...options], files, {
        stdout() {},
        stderr(bytes) {
          if (bytes) diagnostics += decoder.decode(bytes, { stream: true });
        },
      });
    }
    if (diagnostics !== "") process.stderr.write(diagnostics);
    return [...modules.map(({ file }) => file), ...apartFiles].map((file) => files[file]);
  } catch (error) {
    process.stderr.write(diagnostics);
    fail(`clang refused the kernels (${error?.message ?? error}); see the lines above.`);
  }
}

/** Compiles with a clang of this machine, which needs wasm-ld of the same version beside it. */
function compileWithLocal(clang, units, modules) {
  const folder = mkdtempSync(join(tmpdir(), "atif-kernels-"));
  try {
    const paths = units.map((unit) => join(root, unit));
    for (const options of commands(paths, modules)) {
      const result = spawnSync(clang, options, { cwd: folder, encoding: "utf8" });
      if (result.error !== undefined)
        fail(`ATIF_CLANG is ${clang}, which did not start: ${result.error.message}.`);
      process.stderr.write(result.stderr);
      if (result.status !== 0)
        fail(`${clang} refused the kernels (exit ${result.status}); see the lines above.`);
    }
    return [...modules.map(({ file }) => file), ...apartFiles].map(
      (file) => new Uint8Array(readFileSync(join(folder, file))),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/**
 * Compares what a module exports with the part of the contract that it is to have, and finds how many pages it needs to
 * start.
 */
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

/** It must leave alone what others have in their memory. */
function inspectApart({ source, functions }, binary) {
  for (const { id, size } of sectionsOf(binary)) {
    // 8 is a function to start with, 11 data; among globals (6) one of 6 bytes is that of thread-local data, which there are none
    // of, and a second one would be a stack pointer.
    if (id === 8 || id === 11 || (id === 6 && size > 6))
      fail(`${source} needs a stack, a start or data (section ${id}); expected none of these.`);
  }
  const module = new WebAssembly.Module(binary);
  const memory = new WebAssembly.Memory({ initial: 1, maximum: MAXIMUM_MEMORY / 65536, shared: true });
  const { exports } = new WebAssembly.Instance(module, { env: { memory } });
  const found = Object.fromEntries(Object.entries(exports).map(([name, { length }]) => [name, length]));
  if (JSON.stringify(Object.entries(found).sort()) !== JSON.stringify(Object.entries(functions).sort()))
    fail(`${source} exports ${JSON.stringify(found)}; expected those of kernels/build.mjs.`);
}

/** The sections of a module. */
function* sectionsOf(binary) {
  for (let at = 8; at < binary.length;) {
    const id = binary[at++];
    let [size, shift] = [0, 0];
    for (let byte = 128; byte >= 128; shift += 7) {
      byte = binary[at++];
      size |= (byte & 127) << shift;
    }
    yield { id, size };
    at += size;
  }
}

const [contractText, tableText] = [contractFile, tableFile].map((file) => readFileSync(file, "utf8"));
const [kernels, limits] = ["Kernels", "Limits"].map((name) => readInterface(contractText, name));
const [forward, training] = ["forwardKernels", "trainingKernels"].map((name) => readList(tableText, name));
const listed = [...forward, ...training];
if (listed.length !== kernels.size || !listed.every((name) => kernels.has(name))) {
  fail(
    `src/kernels/kernel-table.ts lists ${listed.length} kernels and contract.ts ${kernels.size}; ` +
      "expected each of them once, in one of the two lists.",
  );
}
const ofNetworks = [...forward, ...limits.keys()];
/** All that the C defines, so that what the contract does not name is found; and what running a network takes. */
const modules = [
  {
    file: "kernels.wasm",
    contract: new Map([...kernels, ...limits]),
    exports: ["-Wl,--export-dynamic", ...exported(linkerSymbols)],
    name: "wasmBinary",
  },
  {
    file: "inference.wasm",
    contract: new Map([...kernels, ...limits].filter(([name]) => ofNetworks.includes(name))),
    exports: exported([...linkerSymbols, ...poolFunctions, ...ofNetworks]),
    name: "inferenceBinary",
  },
];
const sources = readSources();
const units = [...sources.keys()].filter((path) => path.endsWith(".c"));
const localClang = process.env.ATIF_CLANG;
const compiler =
  localClang ??
  `@yowasp/clang ${JSON.parse(readFileSync(join(root, "package.json"), "utf8")).devDependencies["@yowasp/clang"]}`;

const hash = createHash("sha256");
for (const part of [
  ...["build.mjs", "deflate.mjs"].map((name) => readFileSync(join(root, "kernels", name), "utf8")),
  compiler,
  contractText,
  tableText,
  ...[...sources].flat(),
  ...[...readApart()].flat(),
]) {
  hash.update(`${part.length}:${part}`);
}
const inputs = hash.digest("hex");

const verbose = process.argv.includes("--verbose");
/** Whether a file is that of these inputs. */
function isBuilt(file) {
  try {
    return readFileSync(file, "utf8").slice(0, 400).includes(`inputs ${inputs}`);
  } catch {
    return false;
  }
}
if (!process.argv.includes("--force") && [outputFile, ...apart.map(({ output }) => output)].every(isBuilt)) {
  if (verbose) console.log("kernels: unchanged since the last build");
  process.exit(0);
}

console.log(`kernels: compiling ${units.length} files of C to WebAssembly, half a minute once …`);
const binaries =
  localClang === undefined
    ? await compileWithPackage(sources, units, modules)
    : compileWithLocal(localClang, units, modules);

function declaration({ name, contract }, binary) {
  const { pages } = inspect(binary, contract);
  const deflated = Buffer.from(deflateBest(binary));
  if (!inflateRawSync(deflated).equals(binary))
    fail(`${name}: kernels/deflate.mjs is wrong: zlib unpacks other bytes.`);
  return (
    `export const ${name}: WasmBinary = {\n` +
    `  deflatedBase64:\n    "${deflated.toString("base64")}",\n` +
    `  initialPages: ${pages},\n};\n`
  );
}

/** Written whole or not at all: another build, or a test, may be reading it. */
function writeWhole(file, text) {
  const temporary = `${file}.${process.pid}`;
  writeFileSync(temporary, text);
  renameSync(temporary, file);
}

apart.forEach((each, i) => {
  const binary = binaries[modules.length + i];
  inspectApart(each, binary);
  const name = `${basename(each.output, "-binary.ts").replace(/-(.)/g, (_, letter) => letter.toUpperCase())}Base64`;
  writeWhole(
    each.output,
    `// Built by kernels/build.mjs from kernels/apart; do not edit. inputs ${inputs}\n\n` +
      `export const ${name}: string =\n  "${Buffer.from(binary).toString("base64")}";\n`,
  );
});
writeWhole(
  outputFile,
  `// Built by kernels/build.mjs from kernels/c; do not edit. inputs ${inputs}\n\n` +
    "// An object each: minifiers leave it where it is, and write no long string into the middle of other code.\n\n" +
    'import type { WasmBinary } from "./load.js";\n\n' +
    modules.map((module, i) => declaration(module, binaries[i])).join("\n"),
);
if (verbose) {
  console.log(`kernels: ${compiler}`);
  console.log(`kernels: ${[...flags, ...linkFlags].join(" ")}`);
  for (const [name, options] of Object.entries(optimization))
    console.log(`kernels: ${name}: ${options.join(" ")}`);
  modules.forEach(({ file, contract }, i) => {
    const digest = createHash("sha256").update(binaries[i]).digest("hex").slice(0, 16);
    console.log(
      `kernels: ${file}: ${contract.size} kernels and limits, ${binaries[i].length} bytes, sha256 ${digest}`,
    );
  });
}
