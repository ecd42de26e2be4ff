/** Native kernels as far as every machine goes: what is said where there are none, and a few numbers where there are some. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { init } from "../../src/autograd/init.js";
import { backend } from "../../src/kernels/current.js";
import { findAddon, lookIn, packagesFor } from "../../src/kernels/native/find-addon.js";

const entry = new URL("../../dist/node.js", import.meta.url).href;

/** A program's own words, where no package and no build of this checkout can be found. */
function run(script: string, ATIF_BACKEND: string): string {
  const source = `import * as atif from ${JSON.stringify(entry)};
    const tell = (promise) => promise.then(() => console.log(JSON.stringify(atif.backend())), (error) => console.log(error.name + ": " + error.message));
    ${script}`;
  const { stdout, stderr, status } = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "", ATIF_BACKEND },
  });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.trim();
}

function missing(place: string): never {
  throw Object.assign(new Error(`Cannot find module '${place}'\nRequire stack:`), {
    code: "MODULE_NOT_FOUND",
  });
}

const addonOf = (...sets: readonly string[]): object => ({ sets, kernels: "", open: () => null });

describe("looking for an addon", () => {
  it("takes the first that loads and has an instruction set for this processor", () => {
    const here = addonOf("avx2");
    const places: Readonly<Record<string, () => unknown>> = {
      "@atif/first": () => missing("@atif/first"),
      "../second": () => addonOf(),
      "../third": () => here,
    };
    const looked = lookIn(Object.keys(places), (place) => places[place]());
    expect(looked.addon).toBe(here);
  });

  it("asks for the package that fits the C library, for both where it cannot know it", () => {
    const glibc =
      "7f00-7f01 r-xp 0 08:01 1 /usr/lib/x86_64-linux-gnu/libc.so.6\n7f02-7f03 r--p 0 08:01 2 /bin/node\n";
    const musl =
      "7f00-7f01 r-xp 0 08:01 1 /lib/ld-musl-x86_64.so.1\n7f02-7f03 r--p 0 08:01 2 /usr/bin/node\n";
    expect(packagesFor("linux", "x64", glibc)).toEqual(["@atif/linux-x64"]);
    expect(packagesFor("linux", "x64", musl)).toEqual(["@atif/linux-x64-musl"]);
    expect(packagesFor("linux", "arm64", `${glibc}7f04 r--s 0 0 3 /home/ld-musl-notes/a.txt\n`)).toEqual([
      "@atif/linux-arm64",
    ]);
    expect(packagesFor("linux", "arm64", null)).toEqual(["@atif/linux-arm64", "@atif/linux-arm64-musl"]);
    expect(packagesFor("darwin", "arm64", null)).toEqual(["@atif/darwin-arm64"]);
    expect(packagesFor("win32", "x64", null)).toEqual(["@atif/win32-x64"]);
  });

  it("says what it has tried", () => {
    const places: Readonly<Record<string, () => unknown>> = {
      "@atif/linux-x64": () => missing("@atif/linux-x64"),
      "./absent/atif.node": () => missing("./absent/atif.node"),
      "./old/atif.node": () => addonOf(),
      "./broken/atif.node": () => {
        throw new Error("wrong ELF class\nand more");
      },
      "@atif/half": () => missing("./atif.node"),
    };
    expect(lookIn(Object.keys(places), (place) => places[place]())).toEqual({
      addon: null,
      tried:
        "the package @atif/linux-x64 is not installed, and ./old/atif.node has no instruction set that this processor " +
        "has, and ./broken/atif.node does not load (wrong ELF class), and @atif/half does not load (Cannot find module " +
        "'./atif.node')",
    });
  });
});

describe("init() in Node", () => {
  it("does what ATIF_BACKEND says, or says what it may say", () => {
    expect(run("await tell(atif.init({ threads: 1 }));", "fast")).toBe(
      'RangeError: init: the environment variable ATIF_BACKEND is "fast"; expected one of "wasm", "native", "reference". Did you mean "wasm"?',
    );
    expect(JSON.parse(run("await tell(atif.init({ threads: 1 }));", "wasm"))).toMatchObject({
      name: "wasm",
      instructionSet: null,
      whyNotNative: expect.stringMatching(/ATIF_BACKEND is wasm|is not installed/) as unknown,
    });
    expect(JSON.parse(run("await tell(atif.init({ threads: 1 }));", "reference"))).toMatchObject({
      name: "reference",
    });
  });

  it("takes native kernels that are asked for, or says why it cannot; an option is stronger", () => {
    const asked = run("await tell(atif.init({ threads: 1 }));", "native");
    if (findAddon().addon === null)
      expect(asked).toMatch(
        /^StateError: init: the backend is to be "native", but there are no native kernels here: the package @atif\/\S+ is not installed\. In a checkout, build them with `npm run build:native`; or take "wasm", which gives the same bits\.$/,
      );
    else expect(JSON.parse(asked)).toMatchObject({ name: "native", whyNotNative: null });
    expect(
      JSON.parse(run('await tell(atif.init({ threads: 1, backend: "wasm" }));', "native")),
    ).toMatchObject({ name: "wasm" });
  });

  it.skipIf(findAddon().addon === null)("computes the same numbers on both", () => {
    const script = `
      await atif.init({ threads: 2 });
      const x = atif.tensor(Float32Array.from({ length: 70 * 90 }, (_, i) => Math.sin(i)), [70, 90]);
      const y = new atif.MultiStepATIF().forward(x.matmul(x.reshape([90, 70])).exp().reshape([4, 1225]));
      console.log(Buffer.from(y.toArray().buffer).toString("base64"));`;
    expect(run(script, "native")).toBe(run(script, "wasm"));
  });
});

describe("init() of the library without its entry for Node, as pages have it", () => {
  it("refuses native kernels, and has nothing to say about them", async () => {
    await expect(init({ backend: "native" })).rejects.toThrow(
      'init: backend is "native"; expected one of "wasm", "reference".',
    );
    await init();
    expect(backend()).toEqual({ name: "wasm", instructionSet: null, whyNotNative: null });
  });
});
