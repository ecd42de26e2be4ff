/**
 * Trains two small networks, exports them for every board, one of them in float32, too, runs their self-tests in emulators,
 * and prints what they take there, as the table of docs/deployment.md. It fails where a self-test does not print PASS, or prints it of integers that are
 * wrong. Needs `npm run build:library` and the programs that .ci/boards installs.
 *
 *   node scripts/measure-boards.mjs                   the two
 *   node scripts/measure-boards.mjs runs/fashion-q8   quantized runs instead, as `atif quantize` has left them
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  activationsRange,
  calibrate,
  evaluate,
  exportC,
  fuseBatchNorm,
  init,
  IntegerModel,
  loadDigits,
  manualSeed,
  quantizeModel,
  runExperiment,
  SMLP,
  Trainer,
} from "../dist/index.js";
import { exportedRun } from "./exported-run.mjs";

const boards = [
  { target: "cortex-m", id: "m3", title: "Cortex-M3", tools: "arm-none-eabi-", variable: "ARM_CC" },
  { target: "cortex-m", id: "m4", title: "Cortex-M4", tools: "arm-none-eabi-", variable: "ARM_CC" },
  { target: "riscv", id: "riscv", title: "RISC-V 32", tools: "riscv64-unknown-elf-", variable: "RISCV_CC" },
];

/** What hangs has failed. An emulator runs 10^10 instructions in a minute or two; a network may take 10^8 for each of 20 samples, twice. */
const TIMEOUT_MS = 600_000;

await init();
const { train, test } = await loadDigits();

/** 64-32-10, three epochs. Its numbers have 16 bits and its sums 64, which 32-bit processors compute in two halves. */
async function small() {
  manualSeed(1);
  const neuron = { kind: "ATIF" };
  const model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [32], timesteps: 4, neuron });
  const optimizer = { kind: "Adam", params: { lr: 0.01 } };
  await new Trainer(model, train, { epochs: 3, batchSize: 32, optimizer }).fit();
  return model;
}

/** The network of examples/digits.toml. */
async function digits() {
  const [{ model }] = await runExperiment(fileURLToPath(new URL("../examples/digits.toml", import.meta.url)));
  return fuseBatchNorm(model);
}

/** A network in whole numbers: what exportC is given, and how many of the test digits they get right. */
function quantized(model, { width, longWidth, bits }) {
  const float = quantizeModel(model, { bits, roundtype: "nearest" });
  calibrate(float, train);
  const options = { width, longWidth, ranges: activationsRange(float) };
  const integer = new IntegerModel(model, options);
  let right = 0;
  for (let i = 0; i < test.length; i++) {
    const x = integer.quantizeInput(test.batch([i]).x);
    const sums = new Array(10).fill(0);
    integer.reset();
    for (let t = 0; t < model.timesteps; t++) integer.step(x).forEach((value, k) => (sums[k] += value));
    if (sums.indexOf(Math.max(...sums)) === test.labels[i]) right++;
  }
  return { options, accuracy: right / test.length };
}

/** Runs a rule of a Makefile. The emulator of RISC-V prints on the standard error, that of Arm on the standard output. */
function make(folder, { variable, tools }, rule) {
  const { status, error, stdout, stderr } = spawnSync(
    "make",
    ["-s", rule, `${variable}=${tools}gcc -Werror`],
    { cwd: folder, encoding: "utf8", timeout: TIMEOUT_MS, killSignal: "SIGKILL", stdio: ["ignore", "pipe", "pipe"] },
  ); // prettier-ignore
  return { ok: status === 0 && error === undefined, text: `${stdout}${stderr}${error?.message ?? ""}` };
}

function succeeding(folder, board, rule) {
  const { ok, text } = make(folder, board, rule);
  if (!ok) throw new Error(`make ${rule} failed for ${board.title}:\n${text}`);
  return text;
}

/** Bytes on the stack below classify(): the deepest function at each depth of the calls. */
function stackOf(usage) {
  const functions = usage.trim().split("\n");
  const most = (pattern) =>
    Math.max(0, ...functions.filter((line) => pattern.test(line)).map((line) => Number(line.split("\t")[1])));
  const layer = /:network_layers_\w+\t/;
  return (
    most(/:network_classify\t/) +
    most(/:network_(reset|still|stepwise)\t/) +
    most(layer) +
    most(/:network_(down|quotient|store)\d\d\t/)
  );
}

function measured(files, board) {
  const folder = mkdtempSync(join(tmpdir(), "atif-board-"));
  try {
    const write = (all) =>
      Object.entries(all).forEach(([path, text]) => writeFileSync(join(folder, path), text));
    write(files);
    const told = succeeding(folder, board, `test-${board.id}`);
    if (!/^PASS: 20 samples, .* 0 differences$/m.test(told)) {
      throw new Error(`The self-test does not pass on ${board.title}:\n${told}`);
    }
    const counted = succeeding(folder, board, `measure-${board.id}`);
    const [, instructions, state] = /^instructions (\d+)\nstate (\d+)$/m.exec(counted) ?? [];
    if (!(Number(instructions) > 0)) throw new Error(`${board.title} counts no instructions:\n${counted}`);
    const [, text, data, bss] = /^\s*(\d+)\s+(\d+)\s+(\d+)\s/m.exec(
      succeeding(folder, board, `size-${board.id}`),
    );
    const stack = stackOf(readFileSync(join(folder, `network_${board.id}.su`), "utf8"));
    // A self-test that could not fail would prove nothing: it is told another checksum of the last layer and step.
    const wrong = files["network_test.c"].replace(
      /(\d)u((?:,\s+0u)?\n\};)/,
      (_, digit, end) => `${(Number(digit) + 1) % 10}u${end}`,
    );
    write({ "network_test.c": wrong });
    const failing = make(folder, board, `test-${board.id}`);
    if (
      wrong === files["network_test.c"] ||
      failing.ok ||
      !/^FAIL: sample 19, step 3, /m.test(failing.text)
    ) {
      throw new Error(
        `The self-test passes on ${board.title} where a checksum differs, or fails otherwise:\n${failing.text}`,
      );
    }
    const number = (value) => Number(value).toLocaleString("en-US");
    const flash = number(Number(text) + Number(data));
    const ram = number(Number(state) + Number(data) + Number(bss));
    return [flash, ram, number(stack), number(instructions)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Each has the rows of a network in the table: what is exported for a target, in each form, and how many it gets right. */
async function trained() {
  const smallest = await small();
  const networks = [
    { title: "small", model: smallest, width: 16, longWidth: 64, bits: 12, forms: ["events"] },
    { title: "digits", model: await digits(), width: 8, longWidth: 32, bits: 8, forms: ["events", "dense"] },
  ];
  const inIntegers = networks.map(({ title, model, forms, ...widths }) => {
    const { options, accuracy } = quantized(model, widths);
    const files = (form, target) => exportC(model, { ...options, form, target, tests: test });
    return { title, forms, accuracy, files };
  });
  const { accuracy } = await evaluate(smallest, test);
  const files = (form, target) => exportC(smallest, { width: "float32", form, target, tests: test });
  return [{ title: "small, float32", forms: ["events"], accuracy, files }, ...inIntegers];
}

function given(folder) {
  const { accuracy } = JSON.parse(readFileSync(join(folder, "summary.json"), "utf8")).test;
  const files = (form, target) => exportedRun(folder, { form, target });
  return { title: basename(folder), forms: ["events", "dense"], accuracy, files };
}

const folders = process.argv.slice(2);
console.log("| network | form | right | board | flash | RAM | stack | instructions |");
console.log("|---|---|---|---|---|---|---|---|");
for (const { title, forms, accuracy, files } of folders.length > 0 ? folders.map(given) : await trained()) {
  for (const form of forms) {
    for (const board of boards) {
      const cells = [
        title,
        form,
        `${(100 * accuracy).toFixed(1)} %`,
        board.title,
        ...measured(files(form, board.target), board),
      ];
      console.log(`| ${cells.join(" | ")} |`);
    }
  }
}
