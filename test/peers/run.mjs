/**
 * Networks that this library exports, read by the programs that they are for. Called by .ci/peers, or by hand:
 *
 *   ATIF_PYTHON=venv/bin/python node test/peers/run.mjs [peer …] [--only NAME]
 *
 * Each peer is a file here with `needs`, the packages of Python that it wants, and `checks(folder)`, a list of
 * { name, script, args }: a script of this folder and what it is given. A row of the table each; exit 1 if one is wrong.
 */

import { execFile } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { init } from "atif";

const here = dirname(fileURLToPath(import.meta.url));
const python = process.env.ATIF_PYTHON ?? "python3";
const peers = ["onnx", "pytorch", "conformance", "safetensors", "nir"].filter((peer) =>
  existsSync(join(here, `${peer}.mjs`)),
);

const words = process.argv.slice(2);
const at = words.indexOf("--only");
const only = at < 0 ? null : words.splice(at, 2)[1];
const asked = words.length === 0 ? peers : words;

await init();
const folder = mkdtempSync(join(tmpdir(), "atif-peers-"));
const rows = [];
/** Seconds by peer. */
const times = new Map();
try {
  for (const peer of asked) {
    const { needs, checks } = await import(`./${peer}.mjs`);
    const versions = await versionsOf(needs);
    if (versions.absent.length > 0)
      throw new Error(`${peer}: ${python} has no ${versions.absent.join(", ")}.`);
    console.log(`${peer}: ${versions.text}`);
    const own = join(folder, peer);
    mkdirSync(own);
    const waiting = [];
    for await (const check of checks(own))
      if (only === null || check.name.startsWith(only)) waiting.push(check);
    for (const { name, wrong } of waiting)
      if (wrong !== undefined) tell(peer, name, { ok: false, text: wrong });
    const start = performance.now();
    await runAll(
      peer,
      waiting.filter(({ wrong }) => wrong === undefined),
    );
    times.set(peer, (performance.now() - start) / 1000);
  }
} finally {
  if (process.env.ATIF_KEEP_PEERS === undefined) rmSync(folder, { recursive: true });
  else console.log(`files are in ${folder}`);
}

const wrong = rows.filter(({ ok }) => !ok);
for (const peer of asked) {
  const own = rows.filter((row) => row.peer === peer);
  const good = own.filter(({ ok }) => ok).length;
  console.log(
    `${peer.padEnd(12)} ${String(good).padStart(4)} of ${own.length} right, ${times.get(peer).toFixed(0)} s`,
  );
}
if (wrong.length > 0 || rows.length === 0) process.exitCode = 1;

/** All of a peer in one process, which loads large packages once. */
async function runAll(peer, checks) {
  const jobs = checks.map(({ script, args }) => ({ script: join(here, script), args }));
  const { ok, text } = await run([join(here, "run_checks.py")], JSON.stringify(jobs));
  const results = text.split("\n").flatMap((line) => (line.startsWith('{"ok"') ? [JSON.parse(line)] : []));
  checks.forEach(({ name }, i) =>
    tell(peer, name, results[i] ?? { ok: false, text: "it did not come to it" }),
  );
  if (!ok) console.log(text);
}

function tell(peer, name, { ok, text }) {
  rows.push({ peer, ok });
  const said = text.split("\n").filter((line) => /^(OK|WRONG)/.test(line));
  console.log(`${peer.padEnd(12)} ${name.padEnd(34)} ${ok ? (said.at(-1) ?? "OK") : "WRONG"}`);
  if (!ok) console.log(text);
}

/** @returns { ok, text: what it printed } */
function run(args, input = "") {
  const env = { ...process.env, OMP_NUM_THREADS: "1", PYTHONDONTWRITEBYTECODE: "1" };
  return new Promise((resolve) => {
    const child = execFile(python, args, { env, maxBuffer: 2 ** 26 }, (error, stdout, stderr) => {
      resolve({ ok: error === null, text: stdout + (error === null ? "" : stderr) });
    });
    child.stdin.end(input);
  });
}

async function versionsOf(packages) {
  const code =
    "import sys\nfrom importlib import metadata\n" +
    "for p in sys.argv[1:]:\n  try: print(p, metadata.version(p))\n  except metadata.PackageNotFoundError: print(p)";
  const { text } = await run(["-c", code, ...packages]);
  const lines = text.trim().split("\n");
  const absent = packages.filter((each) => !lines.some((line) => line.startsWith(`${each} `)));
  return { absent, text: lines.join(", ") };
}
