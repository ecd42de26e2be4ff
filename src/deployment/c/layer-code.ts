/** A layer as a function in C. What it computes stands in ../integer; here it is written down. */

import { saturate, shift, type Rounding } from "../integer/arithmetic.js";
import {
  never,
  type AddLayer,
  type ChannelScale,
  type ChannelsFirst,
  type IntegerLayer,
  type NeuronLayer,
  type SumPool,
  type WeightedSum,
  type WindowPool,
} from "../integer/integer-layer.js";
import { byInput } from "../integer/weighted-sum.js";
import type { CMap } from "./c-map.js";

export interface CodeOptions {
  /** What names begin with. */
  readonly name: string;
  /** "events": the weights of spikes that came are added, and nothing is done for others. "dense": every product is computed. */
  readonly form: "events" | "dense";
}

export interface LayerCode {
  /** Constant arrays and the function. */
  readonly text: string;
  /** Bytes of constant data. */
  readonly flash: number;
}

interface Site<L extends IntegerLayer> extends CodeOptions {
  readonly layer: L;
  readonly given: readonly CMap[];
  readonly made: CMap;
}

/** @param given the maps that it reads; @param made the one that it makes */
export function layerCode(
  layer: IntegerLayer,
  given: readonly CMap[],
  made: CMap,
  options: CodeOptions,
): LayerCode {
  switch (layer.kind) {
    case "weightedSum":
      return weightedSum({ layer, given, made, ...options });
    case "channelScale":
      return channelScale({ layer, given, made, ...options });
    case "maxPool":
    case "averagePool":
      return windowPool({ layer, given, made, ...options });
    case "sumPool":
      return sumPool({ layer, given, made, ...options });
    case "add":
      return add({ layer, given, made, ...options });
    case "neuron":
      return neuron({ layer, given, made, ...options });
    case "channelsFirst":
      return channelsFirst({ layer, given, made, ...options });
    case "view":
      return view({ layer, given, made, ...options });
    default:
      return never(layer);
  }
}

const accumulator = ({ long }: IntegerLayer): string => (long === 64 ? "int64_t" : "int32_t");

/** The type of a map's elements. */
export function elementType(name: string, { spike }: CMap): string {
  return spike === null ? `${name}_number` : "uint8_t";
}

/** Element i of a map as a number of an accumulator's type. */
function element(map: CMap, array: string, i: string, type: string): string {
  return map.spike === null
    ? `(${type})${array}[${i}]`
    : `(${array}[${i}] != 0 ? (${type})${literal(map.spike)} : 0)`;
}

function literal(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

/** value 2^-n, rounded. Shifts to the left are products: those of negative numbers are undefined. */
function shifted(value: string, n: number, rounding: Rounding, layer: IntegerLayer, name: string): string {
  const type = accumulator(layer);
  if (n === 0) return value;
  if (n < 0) return `(${value}) * (${type})${2 ** -n}`;
  const extra = rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
  const sum = extra === 0 ? value : `${value} + ${extra}`;
  return `${down(name, layer)}(${sum}, ${n})`;
}

function down(name: string, layer: IntegerLayer): string {
  return `${name}_down${layer.long === 64 ? "64" : "32"}`;
}

function stored(value: string, layer: IntegerLayer, name: string, bits = layer.bits): string {
  return `${name}_store${layer.long === 64 ? "64" : "32"}(${value}, ${2 ** (bits - 1)})`;
}

/** An array of constants, a dozen a line. */
function constants(type: string, array: string, values: ArrayLike<number>): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += 16)
    lines.push(
      "  " + Array.from({ length: Math.min(16, values.length - i) }, (_, j) => values[i + j]).join(", "),
    );
  return `static const ${type} ${array}[${values.length}] = {\n${lines.join(",\n")}\n};\n`;
}

function heading(layer: IntegerLayer, what: string): string {
  return `/* ${layer.layer.replace(/\*\//g, "")}: ${what} */\n`;
}

function signature({ layer, given, made, name }: Site<IntegerLayer>, more = ""): string {
  const inputs = given.map((map, k) => `const ${elementType(name, map)} *x${given.length > 1 ? k : ""}`);
  return `static void ${name}_${layer.name}(${inputs.join(", ")}, ${elementType(name, made)} *y${more})\n`;
}

/** What is added to a sum: the bias with the sum's fractional bits, and what rounding adds. */
function starts(layer: WeightedSum | ChannelScale, count: number): number[] {
  const { bias, biasQ, sumQ, q, rounding } = layer;
  const n = sumQ - q;
  const extra = n <= 0 || rounding === "floor" ? 0 : rounding === "nearest" ? 2 ** (n - 1) : 2 ** n - 1;
  return Array.from({ length: count }, (_, f) => {
    const own = bias === null ? 0 : shift(bias[f], biasQ - sumQ, rounding, 64);
    return own + extra;
  });
}

/** A finished sum, of which `sum` is the C and `start` what is added. */
function finish(
  layer: WeightedSum | ChannelScale,
  sum: string,
  start: string,
  factor: number,
  name: string,
): string {
  const { weightsQ, inputQ, sumQ, q } = layer;
  const type = accumulator(layer);
  const scale = factor * 2 ** (sumQ - weightsQ - inputQ);
  const whole = `${scale === 1 ? sum : `${sum} * (${type})${literal(scale)}`} + (${type})${start}`;
  const n = sumQ - q;
  const moved =
    n > 0 ? `${down(name, layer)}(${whole}, ${n})` : n < 0 ? `(${whole}) * (${type})${2 ** -n}` : whole;
  return stored(moved, layer, name);
}

function weightedSum(site: Site<WeightedSum>): LayerCode {
  const { layer, given, name, form } = site;
  const { input, output, kernel, stride, padding, groups } = layer;
  const [[H, W, C], [OH, OW, F]] = [input, output];
  const type = accumulator(layer);
  const [inGroup, outGroup] = [C / groups, F / groups];
  const values = byInput(layer);
  const [weights, start] = [`${name}_${layer.name}_weights`, `${name}_${layer.name}_start`];
  const [map] = given;
  const isSpikes = map.spike !== null;
  const term = isSpikes
    ? form === "events" ? "(TYPE)w[f]" : "(TYPE)w[f] * (TYPE)row[c]"
    : "(TYPE)w[f] * value"; // prettier-ignore
  const guard = form === "events" ? "if (row[c] == 0) continue;" : null;
  const value = isSpikes ? null : `const ${type} value = (${type})row[c];`;
  const offset = groups === 1 ? "" : ` + c / ${inGroup} * ${outGroup}`;
  const inner = [
    `const ${elementType(name, map)} *row = x + ${C} * (${W} * iy + ix);`,
    `const ${weightType(values)} *rows = ${weights} + ${inGroup * F} * (${kernel[1]} * ky + kx);`,
    `for (c = 0; c < ${C}; c++) {`,
    `  const ${weightType(values)} *w = rows + ${F} * ${groups === 1 ? "c" : `(c % ${inGroup})`}${offset};`,
    ...(groups === 1 ? [`  ${type} *to = sum;`] : [`  ${type} *to = sum${offset};`]),
    ...(value === null ? [] : [`  ${value}`]),
    ...(guard === null ? [] : [`  ${guard}`]),
    `  for (f = 0; f < ${outGroup}; f++) to[f] += ${term.replaceAll("TYPE", type)};`,
    `}`,
  ];
  const window = [
    `for (ky = 0; ky < ${kernel[0]}; ky++) {`,
    `  const int32_t iy = ${stride[0]} * oy + ky - ${padding[0]};`,
    ...(padding[0] === 0 ? [] : [`  if (iy < 0 || iy >= ${H}) continue;`]),
    `  for (kx = 0; kx < ${kernel[1]}; kx++) {`,
    `    const int32_t ix = ${stride[1]} * ox + kx - ${padding[1]};`,
    ...(padding[1] === 0 ? [] : [`    if (ix < 0 || ix >= ${W}) continue;`]),
    ...inner.map((line) => `    ${line}`),
    `  }`,
    `}`,
  ];
  const last = finish(layer, "sum[f]", `${start}[f]`, map.spike ?? 1, name);
  const body = [
    `{`,
    `  int32_t oy, ox, ky, kx, c, f;`,
    `  for (oy = 0; oy < ${OH}; oy++) {`,
    `    for (ox = 0; ox < ${OW}; ox++) {`,
    `      ${type} sum[${F}] = {0};`,
    ...window.map((line) => `      ${line}`),
    `      for (f = 0; f < ${F}; f++) *y++ = ${last};`,
    `    }`,
    `  }`,
    `}`,
  ];
  const begin = starts(layer, F);
  const what = `${layer.layerKind}, ${C} in, ${F} out, window ${kernel.join(" x ")}`;
  const text =
    heading(
      layer,
      isSpikes && form === "events" ? `${what}; of spikes: adds the weights of those that came` : what,
    ) +
    constants(weightType(values), weights, values) +
    constants(type, start, begin) +
    signature(site) +
    body.join("\n") +
    "\n";
  return { text, flash: values.length * bytesOf(values) + begin.length * (layer.long === 64 ? 8 : 4) };
}

/** Bytes of the smallest integers that hold them all. */
function bytesOf(values: Int32Array): number {
  return values.every((value) => value >= -128 && value <= 127) ? 1 : 2;
}

const weightType = (values: Int32Array): string => `int${8 * bytesOf(values)}_t`;

/** for (i = 0; i < count; i++) with a statement. */
function each(count: number, statement: string): string {
  return `{\n  int32_t i;\n  for (i = 0; i < ${count}; i++) ${statement}\n}\n`;
}

function channelScale(site: Site<ChannelScale>): LayerCode {
  const { layer, given, made, name } = site;
  const C = layer.weights.length;
  const type = accumulator(layer);
  const [weights, start] = [`${name}_${layer.name}_weights`, `${name}_${layer.name}_start`];
  const sum = `${element(given[0], "x", "i", type)} * ${weights}[i % ${C}]`;
  const statement = `y[i] = ${finish(layer, sum, `${start}[i % ${C}]`, 1, name)};`;
  const text =
    heading(layer, "a scale and a shift per channel") +
    constants(weightType(layer.weights), weights, layer.weights) +
    constants(type, start, starts(layer, C)) +
    signature(site) +
    each(made.size, statement);
  return { text, flash: C * (bytesOf(layer.weights) + (layer.long === 64 ? 8 : 4)) };
}

function windowPool(site: Site<WindowPool>): LayerCode {
  const { layer, given, made, name } = site;
  const { kind, input, output, kernel, stride, padding, inputQ, q, rounding } = layer;
  const [[H, W, C], [OH, OW]] = [input, output];
  const type = accumulator(layer);
  const isMax = kind === "maxPool";
  const [map] = given;
  // Spikes that stay spikes are compared as they are.
  const raw = isMax && made.spike !== null;
  const value = raw ? `(${type})x[C]` : element(map, "x", "C", type);
  const read = value.replace("[C]", `[${C} * (${W} * iy + ix) + c]`);
  const result = raw
    ? "(uint8_t)total"
    : isMax
      ? stored(shifted("total", inputQ - q, rounding, layer, name), layer, name)
      : stored(meanOf(site), layer, name);
  const lines = [
    `{`,
    `  int32_t oy, ox, ky, kx, c;`,
    `  for (oy = 0; oy < ${OH}; oy++)`,
    `    for (ox = 0; ox < ${OW}; ox++)`,
    `      for (c = 0; c < ${C}; c++) {`,
    `        ${type} total = ${isMax ? `${raw ? "0" : `INT${layer.long === 64 ? "64" : "32"}_MIN`}` : "0"};`,
    `        for (ky = 0; ky < ${kernel[0]}; ky++) {`,
    `          const int32_t iy = ${stride[0]} * oy + ky - ${padding[0]};`,
    ...(padding[0] === 0 ? [] : [`          if (iy < 0 || iy >= ${H}) continue;`]),
    `          for (kx = 0; kx < ${kernel[1]}; kx++) {`,
    `            const int32_t ix = ${stride[1]} * ox + kx - ${padding[1]};`,
    ...(padding[1] === 0 ? [] : [`            if (ix < 0 || ix >= ${W}) continue;`]),
    `            {`,
    `              const ${type} value = ${read};`,
    isMax ? `              if (value > total) total = value;` : `              total += value;`,
    `            }`,
    `          }`,
    `        }`,
    `        *y++ = ${result};`,
    `      }`,
    `}`,
  ];
  const what = isMax ? "the largest of each window" : "the mean of each window";
  return { text: heading(layer, what) + signature(site) + lines.join("\n") + "\n", flash: 0 };
}

/** total 2^-n / count, rounded once, as divide() in ../integer/pooling.ts. */
function meanOf({ layer, name }: Site<WindowPool>): string {
  const { kernel, inputQ, q, rounding } = layer;
  const n = inputQ - q;
  const type = accumulator(layer);
  const above = 2 ** Math.max(0, -n);
  const below = kernel[0] * kernel[1] * 2 ** Math.max(0, n);
  const floor = (value: string, by: number): string =>
    `${name}_quotient${layer.long === 64 ? "64" : "32"}(${value}, (${type})${by})`;
  if (rounding === "floor") return floor(`total * (${type})${above}`, below);
  if (rounding === "ceil") return floor(`total * (${type})${above} + ${below - 1}`, below);
  return floor(`total * (${type})${2 * above} + ${below}`, 2 * below);
}

function sumPool(site: Site<SumPool>): LayerCode {
  const { layer, given, made, name } = site;
  const { inputQ, q, rounding, count } = layer;
  const type = accumulator(layer);
  const C = made.size;
  const result = stored(shifted("total", inputQ - q, rounding, layer, name), layer, name);
  const lines = [
    `{`,
    `  int32_t c, place;`,
    `  for (c = 0; c < ${C}; c++) {`,
    `    ${type} total = 0;`,
    `    for (place = 0; place < ${count}; place++) total += ${element(given[0], "x", `${C} * place + c`, type)};`,
    `    y[c] = ${result};`,
    `  }`,
    `}`,
  ];
  return {
    text: heading(layer, "the sum over all places") + signature(site) + lines.join("\n") + "\n",
    flash: 0,
  };
}

function add(site: Site<AddLayer>): LayerCode {
  const { layer, given, made, name } = site;
  const { inputQs, q, rounding } = layer;
  const type = accumulator(layer);
  const text = (what: string, statement: string): LayerCode => ({
    text: heading(layer, what) + signature(site) + each(made.size, statement),
    flash: 0,
  });
  const [one] = given;
  // Spikes that stay spikes are handed on as they are.
  if (one.spike !== null && made.spike !== null)
    return text("the same spikes, of another height", "y[i] = x[i];");
  const a = Math.max(...inputQs);
  const parts = given.map((map, k) => {
    const array = given.length > 1 ? `x${k}` : "x";
    return shifted(element(map, array, "i", type), inputQs[k] - a, rounding, layer, name);
  });
  const value = stored(shifted(parts.join(" + "), a - q, rounding, layer, name), layer, name);
  return text(given.length > 1 ? "a sum" : "the same with other bits behind the point", `y[i] = ${value};`);
}

function neuron(site: Site<NeuronLayer>): LayerCode {
  const { layer, given, made, name } = site;
  const { inputQ, potentialQ, potentialBits, potentialRounding, chargeQ, threshold, reset, leak } = layer;
  const { decaysInput, leakShift, rounding } = layer;
  const type = accumulator(layer);
  const t = Math.max(inputQ, potentialQ);
  const theta = literal(shift(threshold, potentialQ - chargeQ, rounding, 64));
  const wide = (value: string, q: number, to: number): string =>
    shifted(value, q - to, rounding, layer, name);
  const r = shift(reset ?? 0, potentialQ - t, rounding, 64);
  const above = r === 0 ? "before" : `(before - ${literal(r)})`;
  const leaking = (value: string): string => {
    const part = `${value} * (${type})${literal(leak ?? 0)}`;
    return shifted(part, leakShift ?? t + potentialQ - chargeQ, rounding, layer, name);
  };
  const [from, whole] = [wide("before", t, chargeQ), wide("input", t, chargeQ)];
  const charge =
    leak === null
      ? `${from} + ${whole}`
      : decaysInput
        ? `${from} + ${leaking(`(input - ${above})`)}`
        : `${from} - ${leaking(above)} + ${whole}`;
  const back = (value: string): string =>
    stored(shifted(value, chargeQ - potentialQ, potentialRounding, layer, name), layer, name, potentialBits);
  const after = reset === null ? back(`u - ${theta}`) : `(${name}_number)${literal(reset)}`;
  const lines = [
    `{`,
    `  int32_t i;`,
    `  for (i = 0; i < ${made.size}; i++) {`,
    `    const ${type} before = ${wide(`(${type})v[i]`, potentialQ, t)};`,
    `    const ${type} input = ${wide(element(given[0], "x", "i", type), inputQ, t)};`,
    `    const ${type} u = ${charge};`,
    `    if (u >= ${theta}) {`,
    `      y[i] = 1;`,
    `      v[i] = ${after};`,
    `    } else {`,
    `      y[i] = 0;`,
    `      v[i] = ${back("u")};`,
    `    }`,
    `  }`,
    `}`,
  ];
  const what = `fires at ${threshold}; a spike stands for ${layer.spike}`;
  return {
    text: heading(layer, what) + signature(site, `, ${name}_number *v`) + lines.join("\n") + "\n",
    flash: 0,
  };
}

function channelsFirst(site: Site<ChannelsFirst>): LayerCode {
  const { layer, made } = site;
  const C = layer.from[layer.from.length - 1];
  const places = made.size / C;
  const lines = [
    `{`,
    `  int32_t c, place;`,
    `  for (c = 0; c < ${C}; c++)`,
    `    for (place = 0; place < ${places}; place++) *y++ = x[${C} * place + c];`,
    `}`,
  ];
  return {
    text: heading(layer, "the same, channels first") + signature(site) + lines.join("\n") + "\n",
    flash: 0,
  };
}

function view(site: Site<IntegerLayer>): LayerCode {
  const { layer, made } = site;
  return {
    text: heading(layer, "the same numbers") + signature(site) + each(made.size, "y[i] = x[i];"),
    flash: 0,
  };
}

/** What the number of a spike becomes, for checksums. */
export function spikeNumber({ spike }: CMap, bits: number): number {
  return spike === null ? 1 : saturate(spike, bits);
}
