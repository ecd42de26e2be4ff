// Writes src/datasets/digits-data.ts from data/digits.csv.gz, so that the digits travel inside the package and
// inside a browser bundle without a request. Needs nothing but Node; writes only when something changed.

import { readFileSync, writeFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";

const from = new URL("../data/digits.csv.gz", import.meta.url);
const to = new URL("../src/datasets/digits-data.ts", import.meta.url);

const compressed = readFileSync(from);
const rows = gunzipSync(compressed).toString("ascii").trimEnd().split("\n");
if (rows.length !== 1797) throw new Error(`data/digits.csv.gz has ${rows.length} rows; expected 1797.`);
for (const [number, row] of rows.entries()) {
  const values = row.split(",").map(Number);
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

const source =
  "/* Built from data/digits.csv.gz by scripts/embed-digits.mjs; attribution in data/README.md. */\n" +
  `export const digitsCsvGzBase64 =\n  "${compressed.toString("base64")}";\n`;

let present = "";
try {
  present = readFileSync(to, "utf8");
} catch {
  // not written yet
}
if (present !== source) writeFileSync(to, source);
