/**
 * Replays the cases of test/contract on the kernels compiled natively with gcc, three times: under AddressSanitizer and
 * UndefinedBehaviorSanitizer on one thread, and under ThreadSanitizer on four, once with the pool that WebAssembly
 * uses too and once with chunks from the last to the first. What the kernels write is held to the reference, and the
 * runs to each other, bit for bit. Then the pool alone runs many short jobs (pool_stress.c), and the modules of kernels/apart, which are
 * no kernels of the contract, run cases of their own (…_cases.c).
 *
 *   node kernels/native/sanitize.mjs [kernel…]
 *   node kernels/native/sanitize.mjs --sample                  a few cases of each kernel (test/contract/sample.ts)
 *   node kernels/native/sanitize.mjs --sample --changed HEAD~3 and all of those whose C has changed since
 *   CC=gcc-13 node kernels/native/sanitize.mjs
 */

import { spawn, spawnSync } from "node:child_process";
import {
  closeSync,
  existsSync,
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
import { parseArgs } from "node:util";
import ts from "typescript";
import { definitionsIn, filesReachedBy } from "./kernel-definitions.mjs";

const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const sourceFolder = join(root, "kernels", "c");
const nativeFolder = join(root, "kernels", "native");
const out = join(root, "kernels", "out", "native");
const compiler = process.env.CC ?? "gcc";

const flags = [
  "-std=c11", "-O1", "-Wno-psabi", "-g", "-Wall", "-Wextra", "-Werror", "-ffreestanding", "-fno-math-errno", "-ffp-contract=off",
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
/** The same at the other widths that this processor has (c/wide.h), whose bits must be those of 4 lanes. */
const widths = [
  { lanes: 8, march: "x86-64-v3", feature: "avx2" },
  { lanes: 16, march: "x86-64-v4", feature: "avx512vl" },
];
const features = existsSync("/proc/cpuinfo") ? readFileSync("/proc/cpuinfo", "utf8") : "";
for (const { lanes, march, feature } of widths) {
  if (process.arch !== "x64" || !new RegExp(`\\b${feature}\\b`).test(features)) {
    console.log(`sanitize: this processor has no ${feature}: ${lanes} lanes are not replayed.`);
    continue;
  }
  for (const run of runs.slice(0, 2))
    runs.push({
      name: `${run.name} at ${lanes} lanes`,
      flags: [...run.flags, `-march=${march}`, `-DLANES=${lanes}`],
      parallel: run.parallel,
    });
}
const stress = { flags: threads, parallel: [...pool, "native/pool_stress.c"] };
/** One thread calls them, and nothing in them is shared. */
const apart = ["shard_sums", "rounding", "layer_norm"].map((name) => ({
  name,
  flags: ["-fsanitize=address,undefined", `-I${nativeFolder}`],
  parallel: [`apart/${name}.c`, `native/${name}_cases.c`],
  program: join(out, `apart-${name}`),
}));

function fail(sentence) {
  console.error(`sanitize: ${sentence}`);
  process.exit(1);
}

/** What the words of the command line ask for. */
function readWords() {
  try {
    const options = { sample: { type: "boolean", default: false }, changed: { type: "string" } };
    const { values, positionals } = parseArgs({ options, allowPositionals: true });
    if (values.changed !== undefined && !values.sample)
      fail(
        "--changed came without --sample; expected both. Without --sample, all cases are replayed anyway.",
      );
    return { ...values, wanted: positionals };
  } catch (error) {
    return fail(`${error.message} Expected kernels, --sample, --changed REVISION.`);
  }
}

/** Compiles the cases and the reference to JavaScript; types are checked elsewhere. */
function emitTypeScript() {
  const { config } = ts.readConfigFile(join(root, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const files = ["cases", "sample", "call", "compare"].map((name) => `test/contract/${name}.ts`);
  const program = ts.createProgram(
    [...files, "src/kernels/reference/kernels.ts"].map((path) => join(root, path)),
    { ...options, noEmit: false, noCheck: true, outDir: join(out, "js"), rootDir: root },
  );
  program.emit();
  const load = (path) => import(pathToFileURL(join(out, "js", path.replace(/\.ts$/, ".js"))).href);
  return Promise.all([...files, "src/kernels/reference/kernels.ts"].map(load));
}

const sources = new Map(
  readdirSync(sourceFolder).map((name) => [name, readFileSync(join(sourceFolder, name), "utf8")]),
);
const definitions = definitionsIn(sources);

function git(...words) {
  const { status, stdout, stderr } = spawnSync("git", words, { cwd: sourceFolder, encoding: "utf8" });
  if (status !== 0) fail(`git ${words.join(" ")}: ${stderr?.trim() || "git did not start"}`);
  return stdout.split("\n").filter((line) => line !== "");
}

/** The kernels whose C differs from that of a revision, committed or not; all where the pool under them does. */
function kernelsChangedSince(revision) {
  const changed = [
    ...git("diff", "--name-only", "--relative", revision, "--", "."),
    ...git("ls-files", "--others", "--exclude-standard", "."),
  ];
  const reached = filesReachedBy(changed, sources);
  const all = reached.has("parallel.c");
  return kernelNames.filter((name) => all || reached.has(definitions.get(name).file));
}

/** calls.h for replay.c: a switch with one call of each kernel. */
function generateCalls(names) {
  const parametersOf = (name) => definitions.get(name).parameters;
  const declarations = names.map((name) => `void ${name}(${parametersOf(name).replace(/\s+/g, " ")});`);
  const cases = names.map((name, i) => {
    const values = parametersOf(name)
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

const kernelFiles = [...sources.keys()]
  .filter((name) => name.endsWith(".c") && name !== "parallel.c")
  .map((name) => join(sourceFolder, name));

/** Runs a program to its end. Several run side by side: they are one process after another inside. */
function ending(command, args, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, ...environment } });
    child.on("error", reject);
    child.on("close", (status, signal) => resolve({ status, signal }));
  });
}

async function compile(run, files, program) {
  const options = [...flags, ...run.flags, `-I${sourceFolder}`, `-I${out}`];
  const all = [...files, ...run.parallel.map((path) => join(root, "kernels", path))];
  const { status } = await ending(compiler, [...options, ...all, "-lm", "-o", program]).catch((error) =>
    fail(`${compiler} did not start: ${error.message}. Install gcc, or set CC.`),
  );
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

const { wanted, sample, changed } = readWords();
const [cases, { sampleOf }, { expectedOutputs }, { difference }, { referenceKernels }] =
  await emitTypeScript();
const { casesOf, kernelNames, table } = cases;
for (const name of wanted) if (!kernelNames.includes(name)) fail(`the contract has no kernel ${name}.`);
const undefinedKernels = kernelNames.filter((name) => !definitions.has(name));
if (undefinedKernels.length > 0)
  fail(`kernels/c has no definition of ${undefinedKernels.join(", ")} that this script can read.`);
const names = wanted.length > 0 ? wanted : kernelNames;
const inFull =
  changed === undefined ? [] : kernelsChangedSince(changed).filter((name) => names.includes(name));

function chosenCases(name) {
  return sample && !inFull.includes(name) ? sampleOf(casesOf(name)) : casesOf(name);
}

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

async function execute(program, name, ...args) {
  const { status, signal } = await ending(program, args, {
    ASAN_OPTIONS: "detect_leaks=1",
    UBSAN_OPTIONS: "print_stacktrace=1:abort_on_error=1",
  });
  if (status !== 0) fail(`${name} stopped (${signal ?? `exit ${status}`}); see the report above.`);
}

mkdirSync(out, { recursive: true });
writeFileSync(join(out, "calls.h"), generateCalls(kernelNames));
const stressProgram = join(out, "pool-stress");
const programs = runs.map((_, i) => join(out, `replay-${i}`));
await Promise.all([
  ...runs.map((run, i) => compile(run, [...kernelFiles, join(nativeFolder, "replay.c")], programs[i])),
  compile(stress, [], stressProgram),
  ...apart.map((each) => compile(each, [], each.program)),
]);

const callsFile = join(out, "calls.bin");
let caseCount = 0;
const problems = [];
for (const name of names) {
  const tests = chosenCases(name);
  caseCount += tests.length;
  const file = openSync(callsFile, "w");
  for (const test of tests)
    for (const placement of placements)
      writeSync(file, encodeCall(kernelNames.indexOf(name), test, placement));
  closeSync(file);
  const written = await Promise.all(
    programs.map(async (program, i) => {
      const outputs = join(out, `outputs-${i}.bin`);
      await execute(program, name, callsFile, outputs);
      return readFileSync(outputs);
    }),
  );
  if (!written.every((bytes) => bytes.equals(written[0])))
    problems.push(`${name}: the bits differ between one thread and four, or between 4, 8 and 16 lanes.`);
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

await execute(stressProgram, "the pool");
for (const { name, program } of apart) await execute(program, `apart/${name}.c`);

for (const problem of problems.slice(0, 20)) console.error(`sanitize: ${problem}`);
if (problems.length > 0) fail(`${problems.length} outputs are wrong.`);
const sampled = inFull.length > 0 ? `, a sample (in full: ${inFull.join(", ")}),` : ", a sample,";
console.log(
  `sanitize: ${names.length} kernels, ${caseCount} cases${sample ? sampled : ""} at two alignments: clean under ` +
    `${runs.map((run) => run.name).join("; ")}, and as the reference says.`,
);
