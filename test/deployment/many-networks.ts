/** Runs the C of many networks in one program, as a compiler takes its time, and tells what every layer gives. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type Numbers = Int8Array | Int16Array | Float32Array;

export interface Exported {
  /** exportC's, whatever the network is called. */
  readonly files: Readonly<Record<string, string>>;
  readonly name: string;
  /** [sample][step] */
  readonly inputs: readonly (readonly Numbers[])[];
}

const FLAGS = ["-std=c99", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror", "-ffp-contract=off"];

/** After n0.c, which it includes: shows its inputs and writes what it traces, 4 bytes each. */
function part({ name, inputs }: Exported): string {
  const NAME = name.toUpperCase();
  const value = inputs[0][0] instanceof Float32Array ? "float" : "int32_t";
  return `#define ${NAME}_TRACED
#include "${name}.h"
#include "${name}.c"
#undef TRACE
void ${name}_trace(int layer, int32_t index, ${value} value) { (void)layer; (void)index; fwrite(&value, 4, 1, stdout); }
static void ${name}_run(void)
{
  static ${name}_state state;
  static ${name}_number x[${NAME}_INPUTS], y[${NAME}_OUTPUTS];
  int sample, step;
  for (sample = 0; sample < ${inputs.length}; sample++) {
    ${name}_reset(&state);
    for (step = 0; step < ${inputs[0].length}; step++) {
      if (fread(x, sizeof x[0], ${NAME}_INPUTS, stdin) != ${NAME}_INPUTS) exit(3);
      ${name}_step(&state, x, y);
    }
  }
}
`;
}

/** @returns what the layers give, of one network, sample, step and layer after the other: int32 or float32 */
export function runNetworks(
  networks: readonly Exported[],
  compiler: string,
  options: readonly string[],
): ArrayBuffer {
  const folder = mkdtempSync(join(tmpdir(), "atif-many-"));
  try {
    for (const { files } of networks)
      for (const [name, text] of Object.entries(files))
        if (/\.[ch]$/.test(name)) writeFileSync(join(folder, name), text);
    const calls = networks.map(({ name }) => `  ${name}_run();\n`).join("");
    writeFileSync(
      join(folder, "all.c"),
      `#include <stdio.h>\n#include <stdlib.h>\n${networks.map(part).join("\n")}\nint main(void)\n{\n${calls}  return 0;\n}\n`,
    );
    const flags = [...FLAGS, ...options, "-o", "all", "all.c"];
    const built = spawnSync(compiler, flags, { cwd: folder, encoding: "utf8" });
    if (built.status !== 0) throw new Error(`${compiler} failed: ${built.stdout}${built.stderr}`);
    const bytes = networks
      .flatMap(({ inputs }) => inputs.flat())
      .map((x) => new Uint8Array(x.slice().buffer));
    const input = Buffer.concat(bytes);
    const { status, stdout, stderr } = spawnSync(join(folder, "all"), { input, maxBuffer: 2 ** 28 });
    if (status !== 0)
      throw new Error(`the networks ended with ${status ?? "a signal"}: ${stderr.toString()}`);
    return stdout.buffer.slice(stdout.byteOffset, stdout.byteOffset + stdout.length);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
