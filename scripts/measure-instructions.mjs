/**
 * Counts with callgrind what one inference of a quantized run costs this machine, in events and dense, and prints it as a table of
 * docs/deployment.md: how many instructions of the dense form those of the events are. It fails where the two disagree about a
 * class. Needs `npm run build:library`, gcc and valgrind.
 *
 *   node scripts/measure-instructions.mjs runs/digits-q8 runs/fashion-q8
 */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { exportedRun } from "./exported-run.mjs";

const LEVELS = ["-O2", "-Os"];

/** The samples of the self-test, and nothing else: only what classify() does is counted. */
const program = `#define NETWORK_TRACED
#define main network_self_test
#include "network_test.c"
#undef main
int main(void)
{
  static network_state state;
  int sample;
  for (sample = 0; sample < SAMPLES; sample++)
    if (network_classify(&state, samples[sample], NULL) != classes[sample]) return 1;
  return 0;
}
`;

function run(command, args, cwd) {
  const { status, error, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0)
    throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? ""}\n${stdout}${stderr}`);
  return stdout;
}

/** Instructions of one inference, on average, for each level of optimization. */
function instructions(files) {
  const folder = mkdtempSync(join(tmpdir(), "atif-instructions-"));
  try {
    const all = { ...files, "counted.c": program };
    Object.entries(all).forEach(([name, text]) => writeFileSync(join(folder, name), text));
    const [, samples] = /^#define SAMPLES (\d+)$/m.exec(files["network_test.c"]);
    return LEVELS.map((level) => {
      const flags = ["-std=c99", level, "-Wall", "-Wextra", "-Werror"];
      run("gcc", [...flags, "-o", "counted", "counted.c", "network.c"], folder);
      const counting = [
        "--tool=callgrind",
        "--callgrind-out-file=counts",
        "--toggle-collect=network_classify",
      ];
      run("valgrind", [...counting, "./counted"], folder);
      const [, total] =
        /^(?:summary|totals): (\d+)$/m.exec(readFileSync(join(folder, "counts"), "utf8")) ?? [];
      if (!(Number(total) > 0)) throw new Error("callgrind has counted no instructions.");
      return Math.round(Number(total) / Number(samples));
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const runs = process.argv.slice(2);
if (runs.length === 0) throw new Error("Expected folders of quantized runs, such as runs/digits-q8.");
console.log("| run | gcc | events | dense | events / dense |");
console.log("|---|---|---|---|---|");
for (const each of runs) {
  const [events, dense] = ["events", "dense"].map((form) => instructions(exportedRun(each, { form })));
  LEVELS.forEach((level, i) => {
    const cells = [events[i], dense[i]].map((count) => count.toLocaleString("en-US"));
    console.log(
      `| ${basename(each)} | ${level} | ${cells.join(" | ")} | ${(events[i] / dense[i]).toFixed(3)} |`,
    );
  });
}
