/** A layer as a function in C. What it computes stands in ../integer; here it is written down. */

import { shift } from "../integer/arithmetic.js";
import {
  never,
  type AddLayer,
  type ChannelScale,
  type ChannelsFirst,
  type IntegerLayer,
  type NeuronLayer,
  type SumPool,
  type WindowPool,
} from "../integer/integer-layer.js";
import type { CMap } from "./c-map.js";
import {
  accumulator, bytesOf, constants, each, element, finish, heading, literal, shifted, signature, starts, stored, weightType,
  type CodeOptions, type LayerCode, type Site,
} from "./layer-text.js"; // prettier-ignore
import { weightedSum } from "./weighted-sum-code.js";

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
