/**
 * Exports a small network as an Arduino library and runs its self-test on an emulated ATmega2560, whose int has 16 bits and
 * which has no library of Arduino's here. It fails where the self-test does not print PASS, or prints it of integers that are
 * wrong. Needs `npm run build:library` and the programs that .ci/boards installs.
 */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import {
  activationsRange,
  calibrate,
  exportC,
  init,
  loadDigits,
  manualSeed,
  quantizeModel,
  SMLP,
  Trainer,
} from "../dist/index.js";

/** What is printed goes to the serial port; a processor that sleeps for ever ends the emulator. */
const board = `#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdio.h>
static int send(char c, FILE *file)
{
  (void)file;
  while (!(UCSR0A & (1 << UDRE0))) continue;
  UDR0 = (uint8_t)c;
  return 0;
}
static FILE serial;
__attribute__((constructor)) static void start(void)
{
  UCSR0B = 1 << TXEN0;
  fdev_setup_stream(&serial, send, NULL, _FDEV_SETUP_WRITE);
  stdout = &serial;
}
__attribute__((destructor)) static void stop(void)
{
  cli();
  sleep_enable();
  sleep_cpu();
}
`;

const FLAGS = ["-std=c99", "-O2", "-Wall", "-Wextra", "-Werror", "-mmcu=atmega2560"];
const SOURCES = ["src/network.c", "extras/network_test.c", "board.c"];

function run(folder, program, args) {
  const { status, error, stdout, stderr } = spawnSync(program, args, {
    cwd: folder,
    encoding: "utf8",
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  if (status !== 0) throw new Error(`${program} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
  return `${stdout}${stderr}`;
}

/** What the self-test prints. */
function told(files) {
  const folder = mkdtempSync(join(tmpdir(), "atif-avr-"));
  try {
    for (const [path, text] of Object.entries({ ...files, "board.c": board })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    run(folder, "avr-gcc", [...FLAGS, "-DNETWORK_TRACED", "-Isrc", "-o", "test.elf", ...SOURCES]);
    return run(folder, "simavr", ["-m", "atmega2560", "-f", "16000000", "test.elf"]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

await init();
manualSeed(1);
const { train, test } = await loadDigits();
const neuron = { kind: "ATIF" };
const model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [20], timesteps: 4, neuron });
const optimizer = { kind: "Adam", params: { lr: 0.01 } };
await new Trainer(model, train, { epochs: 3, batchSize: 32, optimizer }).fit();

for (const [width, longWidth, bits] of [
  [8, 32, 8],
  [16, 64, 12],
]) {
  const quantized = quantizeModel(model, { bits, roundtype: "nearest" });
  calibrate(quantized, train);
  const files = exportC(model, {
    ...{ width, longWidth, ranges: activationsRange(quantized) },
    ...{ tests: test, samples: 5, target: "arduino" },
  });
  const said = told(files);
  if (!/PASS: 5 samples, .* 0 differences/.test(said)) {
    throw new Error(`The self-test of ${width} bits does not pass on an ATmega2560:\n${said}`);
  }
  // One that could not fail would prove nothing: it is told another checksum of the last layer and step.
  const path = "extras/network_test.c";
  const wrong = files[path].replace(/(\d)u(\n\};)/, (_, digit, end) => `${(Number(digit) + 1) % 10}u${end}`);
  const failing = wrong === files[path] ? "nothing was changed" : told({ ...files, [path]: wrong });
  if (!/FAIL: sample 4, step 3, /.test(failing)) {
    throw new Error(
      `The self-test of ${width} bits passes on an ATmega2560 where a checksum differs:\n${failing}`,
    );
  }
  console.log(`ATmega2560, ${width} bits: PASS`);
}
