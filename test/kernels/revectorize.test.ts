/** init({ wasmRevectorize }): a flag of V8 for the whole process, so each case is a process of its own. */

import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import { init } from "../../src/index.js";

const entry = new URL("../../dist/index.js", import.meta.url).href;
const FLAG = "--experimental-wasm-revectorize";
const [major] = process.versions.node.split(".").map(Number);

/** The flags that were set, and the bits of a training step that V8 has compiled with and without optimising. */
function run(options: object): { flags: string[]; bits: string } {
  const source = `
    import v8 from "node:v8";
    import { createHash } from "node:crypto";
    const flags = [];
    const set = v8.setFlagsFromString;
    v8.setFlagsFromString = (flag) => { flags.push(flag); set(flag); };
    const atif = await import(${JSON.stringify(entry)});
    await atif.init(${JSON.stringify({ threads: 1, ...options })});
    atif.manualSeed(7);
    const net = new atif.Sequential(new atif.Linear(96, 65), new atif.MultiStepATIF(), new atif.Linear(65, 33));
    const x = atif.tensor(Float32Array.from({ length: 2 * 70 * 96 }, (_, i) => Math.sin(i)), [2, 70, 96]);
    const optimizer = new atif.Adam(net.parameters(), { lr: 1e-2 });
    const hash = createHash("sha1");
    for (let i = 0; i < 60; i++) {
      optimizer.zeroGrad();
      atif.scope(() => {
        const y = net.forward(x);
        y.mul(y).mean().backward();
      });
      optimizer.step();
      net.reset();
      for (const each of net.parameters()) hash.update(new Uint8Array(each.toArray().buffer));
      await new Promise((resolve) => setImmediate(resolve));
    }
    console.log(JSON.stringify({ flags, bits: hash.digest("hex") }));`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "--eval", source], {
    encoding: "utf8",
    env: { ...process.env, NODE_OPTIONS: "" },
  });
  // Node 20 would complain of a flag that it does not know.
  expect(ended.stderr).toBe("");
  return JSON.parse(ended.stdout) as { flags: string[]; bits: string };
}

describe("init({ wasmRevectorize })", () => {
  it("sets V8's flag where it has one that helps, and no number changes", () => {
    const [without, off, on] = [{}, { wasmRevectorize: false }, { wasmRevectorize: true }].map(run);
    expect(without.flags).toEqual([]);
    expect(off.flags).toEqual([]);
    expect(on.flags).toEqual(major >= 24 ? [FLAG] : []);
    expect(on.bits).toBe(without.bits);
  }, 60_000);

  it("takes true or false", async () => {
    await expect(init({ wasmRevectorize: "yes" as unknown as boolean })).rejects.toThrow(
      new TypeError('init: wasmRevectorize is "yes"; expected true or false.'),
    );
  });
});
