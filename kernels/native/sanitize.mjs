/**
 * Replays the cases of test/contract on the kernels compiled natively with gcc, three times: under AddressSanitizer and
 * UndefinedBehaviorSanitizer on one thread, and under ThreadSanitizer on four, once with the pool that WebAssembly
 * uses too and once with chunks from the last to the first. What the kernels write is held to the reference, and the
 * runs to each other, bit for bit. Then the pool alone runs many short jobs (pool_stress.c).
 *
 *   node kernels/native/sanitize.mjs [kernel…]
 *   CC=gcc-13 node kernels/native/sanitize.mjs
 */

import { spawnSync } from "node:child_process";
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import ts from "typescript";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sourceFolder = join(root, "kernels", "c");
const nativeFolder = join(root, "kernels", "native");
const out = join(root, "kernels", "out", "native");
const compiler = process.env.CC ?? "gcc";

const flags = [
  "-std=c11", "-O1", "-g", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-math-errno", "-ffp-contract=off",
  "-fno-omit-frame-pointer", "-fno-sanitize-recover=all",
  "-Wno-unknown-pragmas", // of clang
  // names that the C library has too
  ...["exp", "log", "sqrt"].map((name) => `-D${name}=kernel_${name}`),
]; // prettier-ignore

const pool = ["c/parallel.c", "native/waiting.c"];
const threads = ["-fsanitize=thread", "-pthread"];
const runs = [
  { name: "address, undefined", flags: ["-fsanitize=address,undefined", "-pthread"], parallel: pool },
  { name: "thread", flags: threads, parallel: [...pool, "native/pool_threads.c"] },
  { name: "thread, last chunk first", flags: threads, parallel: ["native/parallel_threads.c"] },
];
const stress = { flags: threads, parallel: [...pool, "native/pool_stress.c"] };

function fail(sentence) {
  console.error(`sanitize: ${sentence}`);
  process.exit(1);
}

/** Compiles the cases and the reference to JavaScript; types are checked elsewhere. */
function emitTypeScript() {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const files = ["test/contract/cases.ts", "test/contract/call.ts", "test/contract/compare.ts"];
  const program = ts.createProgram(
    [...files, "src/kernels/reference/kernels.ts"].map((path) => join(root, path)),
    { ...options, noEmit: false, noCheck: true, outDir: join(out, "js"), rootDir: root },
  );
  program.emit();
  const load = (path) => import(pathToFileURL(join(out, "js", path.replace(/\.ts$/, ".js"))).href);
  return Promise.all([...files, "src/kernels/reference/kernels.ts"].map(load));
}

/** Name -> the parameters of the C definition, as text. */
function readDefinitions(names) {
  const text = readdirSync(sourceFolder)
    .filter((name) => name.endsWith(".c"))
    .map((name) => readFileSync(join(sourceFolder, name), "utf8"))
    .join("\n");
  // elementwise.c and broadcasting.c define kernels by macro
  const macros = [
    [/^UNARY_KERNEL\((\w+),/gm, "float *y, const float *x, int n"],
    [/^BINARY_KERNEL\((\w+),/gm, "float *y, const float *a, const float *b, const int *plan"],
  ];
  const found = new Map();
  for (const [, name, parameters] of text.matchAll(/^void (\w+)\(([^)]*)\) \{/gm))
    found.set(name, parameters);
  for (const [pattern, parameters] of macros)
    for (const [, name] of text.matchAll(pattern)) found.set(name, parameters);
  const missing = names.filter((name) => !found.has(name));
  if (missing.length > 0)
    fail(`kernels/c has no definition of ${missing.join(", ")} that this script can read.`);
  return found;
}

/** calls.h for replay.c: a switch with one call of each kernel. */
function generateCalls(names, definitions) {
  const declarations = names.map((name) => `void ${name}(${definitions.get(name).replace(/\s+/g, " ")});`);
  const cases = names.map((name, i) => {
    const values = definitions
      .get(name)
      .split(",")
      .map((parameter, j) => `a[${j}].${parameter.includes("*") ? "pointer" : "number"}`);
    return `    case ${i}: ${name}(${values.join(", ")}); break;`;
  });
  return [
    ...declarations,
    `static const char *const kernel_names[] = {${names.map((name) => `"${name}"`).join(", ")}};`,
    "static void call_kernel(unsigned kernel, const struct argument *a) {",
    "  switch (kernel) {",
    ...cases,
    "  }",
    "}",
    "",
  ].join("\n");
}

const kernelFiles = readdirSync(sourceFolder)
  .filter((name) => name.endsWith(".c") && name !== "parallel.c")
  .map((name) => join(sourceFolder, name));

function compile(run, files, program) {
  const options = [...flags, ...run.flags, `-I${sourceFolder}`, `-I${out}`];
  const sources = [...files, ...run.parallel.map((path) => join(root, "kernels", path))];
  const { status, error } = spawnSync(compiler, [...options, ...sources, "-o", program], {
    stdio: "inherit",
  });
  if (error !== undefined) fail(`${compiler} did not start: ${error.message}. Install gcc, or set CC.`);
  if (status !== 0) fail(`${compiler} refused the kernels; see the lines above.`);
}

const Role = { input: 0, output: 1, inPlace: 2 };

/** One call in the format of replay.c, each array at this many words from a 16-byte boundary. */
function encodeCall(kernel, test, offsetOf) {
  const parts = [];
  const words = (...values) => parts.push(Buffer.from(Uint32Array.from(values).buffer));
  const label = Buffer.from(test.label.replace(/[^\x20-\x7e]/g, "?").slice(0, 256));
  words(kernel, label.length);
  parts.push(label);
  words(test.args.length);
  for (const argument of test.args) {
    if (argument === null) {
      words(0);
    } else if (typeof argument === "object") {
      const { role, data } = argument;
      words(2, Role[role], offsetOf(argument), data.length);
      parts.push(Buffer.from(data.buffer, data.byteOffset, data.byteLength));
    } else {
      words(1);
      parts.push(Buffer.from(Float64Array.of(Number(argument)).buffer));
    }
  }
  return Buffer.concat(parts);
}

/** Every case twice: at the start of a block, so that a read before an array is seen, and at the case's offsets. */
const placements = [() => 0, (argument) => argument.offset];

const [cases, { expectedOutputs }, { difference }, { referenceKernels }] = await emitTypeScript();
const { casesOf, kernelNames, table } = cases;
const wanted = process.argv.slice(2);
for (const name of wanted) if (!kernelNames.includes(name)) fail(`the contract has no kernel ${name}.`);
const names = wanted.length > 0 ? wanted : kernelNames;

/** Problems of one output array of one case. */
function compare(name, test, argument, actual, expected) {
  const row = table[name];
  const tolerance = row.except?.[argument.name] ?? row.tolerance;
  const found = difference(actual, expected, tolerance, argument.scale);
  return found === null ? [] : [`${name}, ${test.label}: ${argument.name}${found}`];
}

function bufferOf(fileBytes, position, argument) {
  const bytes = fileBytes.subarray(position, position + argument.data.byteLength);
  const copy = new Uint8Array(bytes).buffer;
  return argument.data instanceof Float32Array ? new Float32Array(copy) : new Int32Array(copy);
}

function execute(program, name, ...args) {
  const { status, signal } = spawnSync(program, args, {
    stdio: "inherit",
    env: {
      ...process.env,
      ASAN_OPTIONS: "detect_leaks=1",
      UBSAN_OPTIONS: "print_stacktrace=1:abort_on_error=1",
    },
  });
  if (status !== 0) fail(`${name} stopped (${signal ?? `exit ${status}`}); see the report above.`);
}

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "calls.h"), generateCalls(kernelNames, readDefinitions(kernelNames)));
const programs = runs.map((run, i) => {
  const program = join(out, `replay-${i}`);
  compile(run, [...kernelFiles, join(nativeFolder, "replay.c")], program);
  return program;
});

const callsFile = join(out, "calls.bin");
let caseCount = 0;
const problems = [];
for (const name of names) {
  const tests = casesOf(name);
  caseCount += tests.length;
  const file = openSync(callsFile, "w");
  for (const test of tests)
    for (const placement of placements)
      writeSync(file, encodeCall(kernelNames.indexOf(name), test, placement));
  closeSync(file);
  const written = programs.map((program, i) => {
    const outputs = join(out, `outputs-${i}.bin`);
    execute(program, name, callsFile, outputs);
    return readFileSync(outputs);
  });
  if (!written.every((bytes) => bytes.equals(written[0])))
    problems.push(`${name}: the bits differ between one thread and four.`);
  let position = 0;
  for (const test of tests) {
    const expected = expectedOutputs(referenceKernels, name, test);
    for (let placed = 0; placed < placements.length; placed++) {
      for (const argument of test.args) {
        if (argument === null || typeof argument !== "object" || argument.role === "input") continue;
        const actual = bufferOf(written[0], position, argument);
        position += argument.data.byteLength;
        problems.push(...compare(name, test, argument, actual, expected.get(argument.name)));
      }
    }
  }
  if (position !== written[0].length) fail(`${name} wrote ${written[0].length} bytes; expected ${position}.`);
}
for (const path of [callsFile, ...runs.map((_, i) => join(out, `outputs-${i}.bin`))]) rmSync(path);

const stressProgram = join(out, "pool-stress");
compile(stress, [], stressProgram);
execute(stressProgram, "the pool");

for (const problem of problems.slice(0, 20)) console.error(`sanitize: ${problem}`);
if (problems.length > 0) fail(`${problems.length} outputs are wrong.`);
console.log(
  `sanitize: ${names.length} kernels, ${caseCount} cases at two alignments: clean under ` +
    `${runs.map((run) => run.name).join("; ")}, and as the reference says.`,
);
