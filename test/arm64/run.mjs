/**
 * The native kernels for arm64 where there is no such processor: compiled here for Linux, run by Node for arm64 in an emulator of
 * programs (qemu-user). They must have the bits of WebAssembly, which is run here. Called by .ci/arm64, which finds all of it:
 *
 *   node test/arm64/run.mjs COMPILER NODE EMULATOR [WORD …]
 */

import { spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";
import { buildAddon } from "../../native/build.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const [compiler, node, ...emulator] = process.argv.slice(2);
const [thisNode, emulated] = [[process.execPath], [...emulator, node]];

/** @returns what it printed, without the last line's end */
function outputOf(command, words, environment = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command[0], [...command.slice(1), ...words], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, ...environment },
    });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
    child.on("error", reject);
    child.on("close", (status, signal) =>
      status === 0
        ? resolve(text.trimEnd())
        : reject(new Error(`${[...command, ...words].join(" ")} ended with ${signal ?? status}.`)),
    );
  });
}

const folder = mkdtempSync(join(tmpdir(), "atif-arm64-"));
try {
  const addon = await buildAddon({
    platform: "linux",
    arch: "arm64",
    compiler: [compiler],
    out: join(folder, "objects"),
    log: (sentence) => console.error(`arm64: ${sentence}`),
  });
  // As npm lays it out, so that init() finds it by itself.
  const modules = join(folder, "node_modules");
  const installed = join(modules, "@atif", "linux-arm64");
  mkdirSync(installed, { recursive: true });
  copyFileSync(addon, join(installed, "atif.node"));
  writeFileSync(
    join(installed, "package.json"),
    JSON.stringify({ name: "@atif/linux-arm64", main: "atif.node" }),
  );

  const program = join(folder, "kernels.mjs");
  const bundle = await rolldown({
    input: join(here, "kernels.ts"),
    platform: "node",
    resolve: { extensionAlias: { ".js": [".ts", ".js"] } },
  });
  await bundle.write({ file: program, format: "esm", codeSplitting: false });
  await bundle.close();

  const known = join(folder, "known");
  await outputOf(thisNode, [program, "write", known]);
  console.log(await outputOf(emulated, [program, "compare", known, addon]));

  const training = join(here, "training.mjs");
  const [expected, actual] = await Promise.all([
    outputOf(thisNode, [training], { ATIF_BACKEND: "wasm" }),
    outputOf(emulated, [training], { ATIF_BACKEND: "native", NODE_PATH: modules }),
  ]);
  console.log(actual);
  const [bits, found] = [expected, actual].map((text) => text.split("\n").at(-1));
  if (!actual.startsWith("native, neon") || bits !== found)
    throw new Error(`the training differs from that here:\n${expected}`);
} finally {
  rmSync(folder, { recursive: true });
}
