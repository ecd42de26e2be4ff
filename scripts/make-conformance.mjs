/**
 * Writes conformance/: what our twins compute of the cases in scripts/conformance/. Where the PyTorch reference has computed a
 * case, its numbers must be the same; it fails otherwise. Needs `npm run build:library`.
 */

import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { runNeuron } from "../dist/deployment/integer/neuron.js";
import { ATIF, IFSRL, init, scope, tensor } from "../dist/index.js";
import { cHeader } from "./conformance/c-header.mjs";
import { integerCases } from "./conformance/integer-cases.mjs";
import { networks } from "./conformance/networks.mjs";
import { neuronCases } from "./conformance/neuron-cases.mjs";

/** Raised in its first part when a case changes what it asks for, in its second when cases are added. */
const VERSION = "1.1";

/** What JSON has no number for. */
const said = (value) => (Object.is(value, -0) ? "-0" : Number.isFinite(value) ? value : String(value));
const row = (values) => Array.from(values, said);

function neuronCase({
  name,
  what,
  output = "threshold",
  threshold = 1,
  alpha = 1,
  v0,
  x,
  dy,
  dv,
  reference,
}) {
  return scope(() => {
    const neuron = output === "one" ? new IFSRL({ alpha }) : new ATIF({ alpha });
    const thresholds = Array.isArray(threshold) ? threshold : new Array(x.length).fill(threshold);
    const input = tensor(x.flat(), [x.length, x[0].length], { requiresGrad: dy !== undefined });
    if (v0 !== undefined) neuron.v = tensor(v0, [v0.length]);
    const [outputs, potentials, given] = [[], [], []];
    x.forEach((_, t) => {
      // Not while a step before may still be differentiated.
      if (t === 0 || thresholds[t] !== thresholds[t - 1]) neuron.setCoeffs(thresholds[t]);
      const y = neuron.forward(input.at(t));
      given.push(y);
      outputs.push(row(y.toArray()));
      potentials.push(row(neuron.v.toArray()));
    });
    const expected = { outputs, potentials };
    if (dy !== undefined) {
      const parts = given.map((y, t) => y.mul(tensor(dy[t], [dy[t].length])).sum());
      if (dv !== undefined) parts.push(neuron.v.mul(tensor(dv, [dv.length])).sum());
      parts.reduce((sum, part) => sum.add(part)).backward();
      const n = x[0].length;
      expected.dx = x.map((_, t) => row(input.grad.toArray().slice(t * n, (t + 1) * n)));
      expected.dthreshold = neuron.getCoeffs().grad.item();
    }
    if (reference !== undefined) holdTo(name, expected, reference);
    return {
      name,
      what,
      output,
      threshold: Array.isArray(threshold) ? row(threshold) : threshold,
      alpha,
      v0: row(v0 ?? new Array(x[0].length).fill(0)),
      x: x.map(row),
      ...(dy === undefined ? {} : { dy: dy.map(row) }),
      ...(dv === undefined ? {} : { dv: row(dv) }),
      expected,
    };
  });
}

/** Outputs to the bit, gradients as closely as the reference itself can be followed. */
function holdTo(name, own, { outputs, dx, dthreshold }) {
  const near = (a, b, relative, floor) => Math.abs(a - b) <= relative * Math.max(Math.abs(b), floor);
  const sameOutputs = own.outputs.flat().every((value, i) => value === Math.fround(outputs.flat()[i]));
  const sameDx = own.dx.flat().every((value, i) => near(value, dx.flat()[i], 1e-5, 1e-2));
  if (sameOutputs && sameDx && near(own.dthreshold, dthreshold, 1e-4, 1e-2)) return;
  throw new Error(`${name} is not what the reference computes.`);
}

function integerCase({ name, what, v0, x, ...given }) {
  const fractional = Math.max(given.input_q, given.potential_q);
  const layer = {
    inputQ: given.input_q,
    potentialQ: given.potential_q,
    chargeQ: given.leak === null ? fractional : fractional + given.potential_q,
    threshold: given.threshold,
    reset: given.reset,
    leak: given.leak,
    decaysInput: given.decays_input,
    leakShift: null,
    rounding: given.rounding,
    long: 32,
    potentialBits: given.width,
    potentialRounding: given.rounding,
    spike: given.spike,
  };
  const v = Int32Array.of(v0);
  const y = new Int32Array(1);
  const [outputs, potentials] = [[], []];
  for (const value of x) {
    runNeuron(layer, Int32Array.of(value), v, y);
    outputs.push(y[0]);
    potentials.push(v[0]);
  }
  return { name, what, ...given, v0, x, expected: { outputs, potentials } };
}

/** @returns the files of conformance/ that are made, by name */
export async function conformanceFiles() {
  await init({ backend: "reference" });
  const pack = (what, cases) => ({ format: "atif-conformance", version: VERSION, what, cases });
  const neuron = pack("The neuron in float32: values, states and gradients.", neuronCases().map(neuronCase));
  const integers = pack("The neuron in whole numbers.", integerCases.map(integerCase));
  const files = {
    "neuron.json": textOf(neuron),
    "integers.json": textOf(integers),
    "c/vectors.h": cHeader(neuron, integers),
  };
  for (const network of await networks()) {
    const { name, what, ...rest } = network;
    files[`networks/${name}.json`] = textOf({
      format: "atif-conformance",
      version: VERSION,
      name,
      what,
      ...rest,
    });
  }
  return files;
}

/** A line for each array of numbers: a person can read it, and a change shows where it is. */
function textOf(value, indent = "") {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each !== "object" || each === null || isRow(each)))
      return JSON.stringify(value);
    return `[\n${value.map((each) => inner + textOf(each, inner)).join(",\n")}\n${indent}]`;
  }
  if (typeof value === "object" && value !== null) {
    const entries = Object.entries(value).map(
      ([key, each]) => `${inner}${JSON.stringify(key)}: ${textOf(each, inner)}`,
    );
    return entries.length === 0 ? "{}" : `{\n${entries.join(",\n")}\n${indent}}`;
  }
  return JSON.stringify(value);
}

const isRow = (value) =>
  Array.isArray(value) && value.length <= 4 && value.every((each) => typeof each !== "object");

const root = dirname(dirname(fileURLToPath(import.meta.url)));
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const [name, content] of Object.entries(await conformanceFiles())) {
    const path = join(root, "conformance", name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content.endsWith("\n") ? content : `${content}\n`);
    process.stdout.write(`${path}\n`);
  }
}
