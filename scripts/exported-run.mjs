/** The C of a quantized run, as `atif export` writes it. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const cli = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** The files of a target by name, with a self-test on 20 samples of the run's test set. */
export function exportedRun(run, { form, target = "c99" }) {
  const folder = mkdtempSync(join(tmpdir(), "atif-export-"));
  try {
    const args = [cli, "export", run, "--to", "c", "--form", form, "--target", target, "--out", folder];
    const { status, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
    if (status !== 0) throw new Error(`atif export ${run} failed:\n${stderr}`);
    return Object.fromEntries(
      readdirSync(folder).map((name) => [name, readFileSync(join(folder, name), "utf8")]),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
}
