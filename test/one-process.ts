/** Which test files share processes with others, whatever their order: those that leave a process as they found it. */

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));

/** About processes: those of the command line, of a browser, of a pool of threads. */
const ALONE = [
  "bad-input",
  "bench",
  "browser",
  "cli",
  "contract",
  "docs",
  "fuzz",
  "kernels",
  "lint",
  "package",
];

/** About what is so before something is called or imported. */
const BEFORE = ["models/own-model.test.ts", "tensor/uninitialised.test.ts"];

/**
 * What cannot be taken back: kinds that are defined, modules that are replaced, what the host is taken for. And what is counted of
 * memory, from which tensors of other files that nobody holds any more go at any moment.
 */
const CHANGES =
  /\bmemory\(\)|\b(?:live|peak)Bytes\b|\bdefine(?:Neuron|Layer)\b|\bclaimKind\b|\bvi\b|own-node|own-models|process\.(?:env|chdir|on|once|exit)\b/;

/** Paths from the root of the repository, such as "test/ops/values.test.ts". */
export function filesOfOneProcess(): string[] {
  return readdirSync(join(root, "test"), { encoding: "utf8", recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter(
      (path) => path.endsWith(".test.ts") && !ALONE.includes(path.split("/")[0]) && !BEFORE.includes(path),
    )
    .map((path) => `test/${path}`)
    .filter((path) => !CHANGES.test(readFileSync(join(root, path), "utf8")))
    .sort();
}
