/** The pack of vectors for other frameworks is what the library computes, and its runners find a neuron that is wrong. */

import { execFileSync, spawnSync } from "node:child_process";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { naiveNetwork, type StoredNetwork } from "./naive-network.js";
import { temporaryFolder } from "../cli/atif.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const pack = join(root, "conformance");
const folder = temporaryFolder();

interface NeuronCase {
  name: string;
  what: string;
}

const casesOf = (file: string): NeuronCase[] =>
  (JSON.parse(readFileSync(join(pack, file), "utf8")) as { cases: NeuronCase[] }).cases;

it("is what the library computes now, and what the reference computes of the same", () => {
  const program = `import { conformanceFiles } from ${JSON.stringify(join(root, "scripts/make-conformance.mjs"))};
    process.stdout.write(JSON.stringify(await conformanceFiles()));`;
  const made = execFileSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    maxBuffer: 2 ** 26,
  });
  for (const [name, content] of Object.entries(JSON.parse(made) as Record<string, string>)) {
    expect(readFileSync(join(pack, name), "utf8").trimEnd(), `${name}: npm run conformance`).toBe(
      content.trimEnd(),
    );
  }
});

it.each(["neuron.json", "integers.json"])("%s has a name and a sentence for every case", (file) => {
  const cases = casesOf(file);
  expect(new Set(cases.map(({ name }) => name)).size).toBe(cases.length);
  for (const { name, what } of cases) {
    expect(name).toMatch(/^[a-z][a-z0-9_]*$/);
    expect(what).toMatch(/^.{15,}\.$/);
  }
});

describe("networks", () => {
  it.each(readdirSync(join(pack, "networks")))(
    "%s: a program that knows nothing but README.md has all of it",
    (file) => {
      const network = JSON.parse(readFileSync(join(pack, "networks", file), "utf8")) as StoredNetwork;
      expect(naiveNetwork(network)).toEqual(network.expected);
      const spikes = Object.values(network.expected.spikes).flat().join("");
      expect(spikes).toContain("1");
      expect(new Set(network.expected.logits_per_step.map(String)).size).toBeGreaterThan(1);
    },
  );
});

const RIGHT_NEURON = `
  int atif_step(float x, float threshold, float *v) {
    const float u = *v + x, z = u >= threshold ? 1.0f : 0.0f, rest = u - threshold;
    *v = (1.0f - z) * u + z * rest;
    return z == 1.0f;
  }`;
const RIGHT_INTEGERS = `
  static int64_t rounded(int64_t value, int bits, char how) {
    if (bits <= 0) return value * (1 << -bits);
    const int64_t half = how == 'n' ? 1 << (bits - 1) : how == 'c' ? (1 << bits) - 1 : 0;
    return (value + half) >> bits;
  }
  int atif_step_int(const struct integer_case *c, int32_t x, int32_t *v) {
    const int t = c->input_q > c->potential_q ? c->input_q : c->potential_q;
    const int q = c->leaky ? t + c->potential_q : t, back = q - c->potential_q;
    const int64_t in = (int64_t)x << (t - c->input_q), before = (int64_t)*v << (t - c->potential_q);
    const int64_t above = before - ((int64_t)(c->hard ? c->reset : 0) << (t - c->potential_q));
    int64_t u = before + in;
    if (c->leaky) u = ((c->decays_input ? before : before + in) << c->potential_q) + (c->decays_input ? in - above : -above) * c->leak;
    const int64_t threshold = (int64_t)c->threshold << back;
    const int fires = u >= threshold;
    const int64_t most = ((int64_t)1 << (c->width - 1)) - 1, left = rounded(fires ? u - threshold : u, back, c->rounding);
    *v = fires && c->hard ? c->reset : (int32_t)(left > most ? most : left < -most - 1 ? -most - 1 : left);
    return fires;
  }`;

const hasCompiler = spawnSync("cc", ["--version"]).status === 0;

describe.runIf(hasCompiler)("the runner in C", () => {
  function told(name: string, source: string): { status: number | null; stdout: string } {
    writeFileSync(join(folder, `${name}.c`), `#include "vectors.h"\n${source}`);
    const flags = [
      "-std=c99",
      "-ffp-contract=off",
      "-Wall",
      "-Wextra",
      "-I",
      join(pack, "c"),
      "-Wno-unused-const-variable",
    ];
    const program = join(folder, name);
    const words = [...flags, "-o", program, join(pack, "c/run.c"), join(folder, `${name}.c`), "-lm"];
    // What it warns of is the fault that was put in; an error is part of what is thrown.
    execFileSync("cc", words, { stdio: "pipe" });
    const { status, stdout } = spawnSync(program, { encoding: "utf8" });
    return { status, stdout };
  }

  it("passes a neuron that follows README.md", () => {
    const cases = casesOf("neuron.json").length + casesOf("integers.json").length;
    expect(told("right", RIGHT_NEURON + RIGHT_INTEGERS)).toEqual({
      status: 0,
      stdout: `all ${cases} cases are right\n`,
    });
  });

  it.each([
    ["strict", "u >= threshold", "u > threshold", "tie_fires: step 1 differs"],
    ["hard", "z * rest", "z * 0.0f", "subtracts: step 1 differs"],
    ["wide", "const float u = *v + x", "const double u = (double)*v + x", "random_atif_1: step 3 differs"],
    [
      "saturated",
      "const int fires = u >=",
      "if (u > 127) u = 127; const int fires = u >=",
      "compares_before_it_saturates",
    ],
    ["dropped", "+ half) >> bits", ") >> bits", "rounds_to_nearest"],
  ])("finds one that is %s", (name, right, wrong, expected) => {
    const source = RIGHT_NEURON + RIGHT_INTEGERS;
    expect(source).toContain(right);
    const { status, stdout } = told(name, source.replace(right, wrong));
    expect(status).toBe(1);
    expect(stdout).toContain(expected);
  });
});
