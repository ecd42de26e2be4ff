/** A layer as a function in C: its loops. How its numbers are written is said by its LayerNumbers. */

import type { LayerPlace, PoolOutline, SumPoolOutline, TurnOutline } from "../outline.js";
import type { CLayer, CMap, CNeuron, LayerNumbers } from "./c-network.js";
import {
  bytesOf, constants, each, heading, signature, type CodeOptions, type LayerCode, type Site,
} from "./layer-text.js"; // prettier-ignore
import { weightedSum } from "./weighted-sum-code.js";

/** @param given the maps that it reads; @param made the one that it makes */
export function layerCode(
  layer: CLayer,
  numbers: LayerNumbers,
  given: readonly CMap[],
  made: CMap,
  options: CodeOptions,
): LayerCode {
  const site = { numbers, given, made, ...options };
  switch (layer.kind) {
    case "weightedSum":
      return weightedSum({ layer, ...site });
    case "channelScale":
      return channelScale({ layer, ...site });
    case "maxPool":
    case "averagePool":
      return windowPool({ layer, ...site });
    case "sumPool":
      return sumPool({ layer, ...site });
    case "add":
      return add({ layer, ...site });
    case "neuron":
      return neuron({ layer, ...site });
    case "channelsFirst":
      return channelsFirst({ layer, ...site });
    case "view":
      return view({ layer, ...site });
  }
}

function channelScale(site: Site<LayerPlace>): LayerCode {
  const { layer, given, made, name, numbers } = site;
  const { weights, start } = numbers;
  const C = weights?.values.length ?? 0;
  const [w, s] = [`${name}_${layer.name}_weights`, `${name}_${layer.name}_start`];
  const sum = `${numbers.element(given[0], "x", "i")} * ${numbers.scale(`${w}[i % ${C}]`)}`;
  const text =
    heading(layer, "a scale and a shift per channel") +
    (weights === null ? "" : constants(w, weights)) +
    (start === null ? "" : constants(s, start)) +
    signature(site) +
    each(made.size, `y[i] = ${numbers.finish(sum, start === null ? null : `${s}[i % ${C}]`, 1)};`);
  return { text, flash: bytesOf(weights) + bytesOf(start) };
}

function windowPool(site: Site<LayerPlace & PoolOutline>): LayerCode {
  const { layer, given, made, numbers } = site;
  const { kind, input, output, kernel, stride, padding } = layer;
  const [[H, W, C], [OH, OW]] = [input, output];
  const { type } = numbers;
  const isMax = kind === "maxPool";
  const [map] = given;
  // Spikes that stay spikes are compared as they are.
  const raw = isMax && made.spike !== null;
  const [sum, zero] = raw ? ["int32_t", "0"] : [type, numbers.zero];
  const value = raw ? "(int32_t)x[C]" : numbers.element(map, "x", "C");
  const read = value.replace("[C]", `[${C} * (${W} * iy + ix) + c]`);
  const result = raw ? "(uint8_t)total" : isMax ? numbers.largest("total") : numbers.mean("total");
  const larger = raw ? "value > total" : numbers.larger("value", "total");
  const lines = [
    `{`,
    `  int32_t oy, ox, ky, kx, c;`,
    `  for (oy = 0; oy < ${OH}; oy++)`,
    `    for (ox = 0; ox < ${OW}; ox++)`,
    `      for (c = 0; c < ${C}; c++) {`,
    `        ${sum} total = ${isMax && !raw ? numbers.lowest : zero};`,
    `        for (ky = 0; ky < ${kernel[0]}; ky++) {`,
    `          const int32_t iy = ${stride[0]} * oy + ky - ${padding[0]};`,
    ...(padding[0] === 0 ? [] : [`          if (iy < 0 || iy >= ${H}) continue;`]),
    `          for (kx = 0; kx < ${kernel[1]}; kx++) {`,
    `            const int32_t ix = ${stride[1]} * ox + kx - ${padding[1]};`,
    ...(padding[1] === 0 ? [] : [`            if (ix < 0 || ix >= ${W}) continue;`]),
    `            {`,
    `              const ${sum} value = ${read};`,
    isMax ? `              if (${larger}) total = value;` : `              total += value;`,
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

function sumPool(site: Site<LayerPlace & SumPoolOutline>): LayerCode {
  const { layer, given, made, numbers } = site;
  const C = made.size;
  const lines = [
    `{`,
    `  int32_t c, place;`,
    `  for (c = 0; c < ${C}; c++) {`,
    `    ${numbers.type} total = ${numbers.zero};`,
    `    for (place = 0; place < ${layer.count}; place++) total += ${numbers.element(given[0], "x", `${C} * place + c`)};`,
    `    y[c] = ${numbers.total("total")};`,
    `  }`,
    `}`,
  ];
  return {
    text: heading(layer, "the sum over all places") + signature(site) + lines.join("\n") + "\n",
    flash: 0,
  };
}

function add(site: Site<LayerPlace>): LayerCode {
  const { layer, given, made, numbers } = site;
  const text = (what: string, statement: string): LayerCode => ({
    text: heading(layer, what) + signature(site) + each(made.size, statement),
    flash: 0,
  });
  const [one] = given;
  // Spikes that stay spikes are handed on as they are.
  if (one.spike !== null && made.spike !== null)
    return text("the same spikes, of another height", "y[i] = x[i];");
  const parts = given.map((map, k) => numbers.element(map, given.length > 1 ? `x${k}` : "x", "i"));
  return text(
    given.length > 1 ? "a sum" : "the same with other bits behind the point",
    `y[i] = ${numbers.sum(parts)};`,
  );
}

function neuron(site: Site<CNeuron>): LayerCode {
  const { layer, given, made, name, numbers } = site;
  const { type, neuron: of } = numbers;
  if (of === null) throw new TypeError(`${layer.layer} is a neuron without a text.`);
  const lines = [
    `{`,
    `  int32_t i;`,
    `  for (i = 0; i < ${made.size}; i++) {`,
    `    const ${type} before = ${of.before};`,
    `    const ${type} input = ${of.input(numbers.element(given[0], "x", "i"))};`,
    `    const ${type} u = ${of.charge};`,
    `    if (${of.fires}) {`,
    `      y[i] = 1;`,
    `      v[i] = ${of.after};`,
    `    } else {`,
    `      y[i] = 0;`,
    `      v[i] = ${of.kept};`,
    `    }`,
    `  }`,
    `}`,
  ];
  const what = `fires at ${layer.threshold}; a spike stands for ${layer.spike}`;
  return {
    text: heading(layer, what) + signature(site, `, ${name}_number *v`) + lines.join("\n") + "\n",
    flash: 0,
  };
}

function channelsFirst(site: Site<LayerPlace & TurnOutline>): LayerCode {
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

function view(site: Site<LayerPlace>): LayerCode {
  const { layer, made } = site;
  return {
    text: heading(layer, "the same numbers") + signature(site) + each(made.size, "y[i] = x[i];"),
    flash: 0,
  };
}
