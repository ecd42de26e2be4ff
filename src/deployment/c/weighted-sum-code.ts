/** A convolution or a linear layer as a function in C. Of spikes, the weights of those that came are added, several at once. */

import type { WeightedSum } from "../integer/integer-layer.js";
import { byInput } from "../integer/weighted-sum.js";
import {
  accumulator, bytesOf, constants, elementType, finish, heading, signature, starts, weightType, type LayerCode, type Site,
} from "./layer-text.js"; // prettier-ignore

/** Spikes whose weights are added in one pass over the sums. */
const AT_ONCE = 4;

/** Sums of a group from which gathering pays: a small group is over before so many spikes have come. */
const WORTH_GATHERING = 16;

export function weightedSum(site: Site<WeightedSum>): LayerCode {
  const { layer, given, name, form } = site;
  const { input, output, kernel, stride, padding, groups } = layer;
  const [[H, W, C], [OH, OW, F]] = [input, output];
  const type = accumulator(layer);
  const [inGroup, outGroup] = [C / groups, F / groups];
  const values = byInput(layer);
  const [weights, start] = [`${name}_${layer.name}_weights`, `${name}_${layer.name}_start`];
  const [map] = given;
  const isSpikes = map.spike !== null;
  const isEvents = isSpikes && form === "events";
  const gathers = isEvents && (groups === 1 || outGroup >= WORTH_GATHERING);
  const byGroup = gathers && groups > 1;
  const ofGroup = (count: number): string => (byGroup ? ` + ${count} * g` : "");
  const rowsAt = [
    `const ${elementType(name, map)} *row = x + ${C} * (${W} * iy + ix)${ofGroup(inGroup)};`,
    `const ${weightType(values)} *rows = ${weights} + ${inGroup * F} * (${kernel[1]} * ky + kx)${ofGroup(outGroup)};`,
  ];
  const offset = groups === 1 ? "" : ` + c / ${inGroup} * ${outGroup}`;
  const term = isEvents ? "w[f]" : isSpikes ? `w[f] * (${type})row[c]` : "w[f] * value";
  const one = [
    ...rowsAt,
    `for (c = 0; c < ${C}; c++) {`,
    `  const ${weightType(values)} *w = rows + ${F} * ${groups === 1 ? "c" : `(c % ${inGroup})`}${offset};`,
    `  ${type} *to = sum${offset};`,
    ...(isSpikes ? [] : [`  const ${type} value = (${type})row[c];`]),
    ...(form === "events" ? ["  if (row[c] == 0) continue;"] : []),
    `  for (f = 0; f < ${outGroup}; f++) to[f] += (${type})${term};`,
    `}`,
  ];
  // The sums are read and written once for four spikes: in a window with few, most of the time would go there.
  const together = Array.from({ length: AT_ONCE }, (_, i) => `(${type})w[${i}][f]`).join(" + ");
  const several = [
    ...rowsAt,
    `for (c = 0; c < ${inGroup}; c++) {`,
    `  if (row[c] == 0) continue;`,
    `  w[n++] = rows + ${F} * c;`,
    `  if (n < ${AT_ONCE}) continue;`,
    `  for (f = 0; f < ${outGroup}; f++) to[f] += ${together};`,
    `  n = 0;`,
    `}`,
  ];
  const inner = gathers ? several : one;
  const rest = [`while (n-- > 0)`, `  for (f = 0; f < ${outGroup}; f++) to[f] += (${type})w[n][f];`];
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
  const gathering = [
    `const ${weightType(values)} *w[${AT_ONCE}];`,
    `int32_t n = 0;`,
    `${type} *to = sum${ofGroup(outGroup)};`,
    ...window,
    ...rest,
  ];
  const sums = !gathers
    ? window
    : !byGroup
      ? gathering
      : [`for (g = 0; g < ${groups}; g++) {`, ...gathering.map((line) => `  ${line}`), `}`];
  const last = finish(layer, "sum[f]", `${start}[f]`, map.spike ?? 1, name);
  const body = [
    `{`,
    `  int32_t oy, ox, ky, kx, c, f${byGroup ? ", g" : ""};`,
    `  for (oy = 0; oy < ${OH}; oy++) {`,
    `    for (ox = 0; ox < ${OW}; ox++) {`,
    `      ${type} sum[${F}] = {0};`,
    ...sums.map((line) => `      ${line}`),
    `      for (f = 0; f < ${F}; f++) *y++ = ${last};`,
    `    }`,
    `  }`,
    `}`,
  ];
  const begin = starts(layer, F);
  const what = `${layer.layerKind}, ${C} in, ${F} out, window ${kernel.join(" x ")}`;
  const text =
    heading(layer, isEvents ? `${what}; of spikes: adds the weights of those that came` : what) +
    constants(weightType(values), weights, values) +
    constants(type, start, begin) +
    signature(site) +
    body.join("\n") +
    "\n";
  return { text, flash: values.length * bytesOf(values) + begin.length * (layer.long === 64 ? 8 : 4) };
}
