// Writes src/datasets/digits-data.ts from data/digits.csv.gz, so that the digits travel inside the package and
// inside a browser bundle without a request. Needs nothing but Node; writes only when something changed.
//
// Labels first, in the order of the file; then pixel by pixel the samples of one class after those of another, in their order:
// what stands side by side is alike, and packs to three fifths of what the rows of the file do.

import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { inflateRawSync, gunzipSync } from "node:zlib";
import { deflateBest } from "../kernels/deflate.mjs";

const from = new URL("../data/digits.csv.gz", import.meta.url);
const to = new URL("../src/datasets/digits-data.ts", import.meta.url);

const hash = createHash("sha256");
for (const input of [from, new URL(import.meta.url), new URL("../kernels/deflate.mjs", import.meta.url)]) {
  hash.update(readFileSync(input));
}
const head =
  "/* Built from data/digits.csv.gz by scripts/embed-digits.mjs; attribution in data/README.md. " +
  `${hash.digest("hex").slice(0, 16)} */\n`;

function isUpToDate() {
  try {
    return readFileSync(to, "utf8").startsWith(head);
  } catch {
    return false;
  }
}

if (isUpToDate()) process.exit(0);

const rows = gunzipSync(readFileSync(from))
  .toString("ascii")
  .trimEnd()
  .split("\n")
  .map((row) => row.split(",").map(Number));
if (rows.length !== 1797) throw new Error(`data/digits.csv.gz has ${rows.length} rows; expected 1797.`);
for (const [number, values] of rows.entries()) {
  const sound =
    values.length === 65 &&
    values.every(Number.isInteger) &&
    values.every((value, column) => value >= 0 && value <= (column < 64 ? 16 : 9));
  if (!sound) {
    throw new Error(
      `data/digits.csv.gz, row ${number + 1}: expected 64 pixels from 0 to 16 and a label from 0 to 9.`,
    );
  }
}

const byClass = rows.toSorted((a, b) => a[64] - b[64]);
const bytes = Buffer.from([
  ...rows.map((row) => row[64]),
  ...Array.from({ length: 64 }, (_, pixel) => byClass.map((row) => row[pixel])).flat(),
]);
const deflated = Buffer.from(deflateBest(bytes));
if (!inflateRawSync(deflated).equals(bytes)) {
  throw new Error("kernels/deflate.mjs is wrong: zlib unpacks other bytes.");
}
writeFileSync(to, `${head}export const digitsDeflatedBase64 =\n  "${deflated.toString("base64")}";\n`);
