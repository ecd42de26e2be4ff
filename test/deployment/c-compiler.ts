/** Compiles exported C and runs its self-test. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"];

/** What the compiler says, or what the self-test prints. */
export function runSelfTest(
  files: Record<string, string>,
  compiler: string,
  options: readonly string[],
): string {
  const folder = mkdtempSync(join(tmpdir(), "atif-c-"));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
    const sources = Object.keys(files).filter((name) => name.endsWith(".c"));
    const built = spawnSync(compiler, [...FLAGS, ...options, "-DNETWORK_TRACED", "-o", "test", ...sources], {
      cwd: folder,
      encoding: "utf8",
    });
    if (built.status !== 0) return `${built.stdout}${built.stderr}`;
    const tested = spawnSync(join(folder, "test"), { encoding: "utf8" });
    return `${tested.stdout}${tested.stderr}`;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
