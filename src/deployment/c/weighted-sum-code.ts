/** A convolution or a linear layer as a function in C. Of spikes, the weights of those that came are added, several at once. */

import type { LayerPlace, SumOutline } from "../outline.js";
import {
  bytesOf,
  constants,
  elementType,
  heading,
  signature,
  type LayerCode,
  type Site,
} from "./layer-text.js";

/** Spikes whose weights are added in one pass over the sums. */
const AT_ONCE = 4;

/** Sums of a group from which gathering pays: a small group is over before so many spikes have come. */
const WORTH_GATHERING = 16;

export function weightedSum(site: Site<LayerPlace & SumOutline>): LayerCode {
  const { layer, given, name, form, numbers } = site;
  const { input, output, kernel, stride, padding, groups } = layer;
  const [[H, W, C], [OH, OW, F]] = [input, output];
  const { type, cast, weight, zero } = numbers;
  const [inGroup, outGroup] = [C / groups, F / groups];
  const [weights, start] = [`${name}_${layer.name}_weights`, `${name}_${layer.name}_start`];
  const [map] = given;
  const isSpikes = map.spike !== null;
  const isEvents = isSpikes && form === "events";
  const gathers = isEvents && (groups === 1 || outGroup >= WORTH_GATHERING);
  const byGroup = gathers && groups > 1;
  const ofGroup = (count: number): string => (byGroup ? ` + ${count} * g` : "");
  const rowsAt = [
    `const ${elementType(name, map)} *row = x + ${C} * (${W} * iy + ix)${ofGroup(inGroup)};`,
    `const ${numbers.weights?.type} *rows = ${weights} + ${inGroup * F} * (${kernel[1]} * ky + kx)${ofGroup(outGroup)};`,
  ];
  const offset = groups === 1 ? "" : ` + c / ${inGroup} * ${outGroup}`;
  const product = isEvents ? "" : isSpikes ? ` * ${cast("row[c]")}` : " * value";
  const one = [
    ...rowsAt,
    `for (c = 0; c < ${C}; c++) {`,
    `  const ${numbers.weights?.type} *w = rows + ${F} * ${groups === 1 ? "c" : `(c % ${inGroup})`}${offset};`,
    `  ${type} *to = sum${offset};`,
    ...(isSpikes ? [] : [`  const ${type} value = ${cast("row[c]")};`]),
    ...(form === "events" ? [`  if (row[c] == ${isSpikes ? "0" : zero}) continue;`] : []),
    `  for (f = 0; f < ${outGroup}; f++) to[f] += ${weight("w[f]")}${product};`,
    `}`,
  ];
  // The sums are read and written once for four spikes: in a window with few, most of the time would go there.
  const together = Array.from({ length: AT_ONCE }, (_, i) => weight(`w[${i}][f]`)).join(" + ");
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
  const rest = [`while (n-- > 0)`, `  for (f = 0; f < ${outGroup}; f++) to[f] += ${weight("w[n][f]")};`];
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
    `const ${numbers.weights?.type} *w[${AT_ONCE}];`,
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
  const hasStart = numbers.start !== null;
  const last = numbers.finish("sum[f]", hasStart ? `${start}[f]` : null, map.spike ?? 1);
  const body = [
    `{`,
    `  int32_t oy, ox, ky, kx, c, f${byGroup ? ", g" : ""};`,
    `  for (oy = 0; oy < ${OH}; oy++) {`,
    `    for (ox = 0; ox < ${OW}; ox++) {`,
    `      ${type} sum[${F}] = {${zero}};`,
    ...sums.map((line) => `      ${line}`),
    `      for (f = 0; f < ${F}; f++) *y++ = ${last};`,
    `    }`,
    `  }`,
    `}`,
  ];
  const what = `${layer.layerKind}, ${C} in, ${F} out, window ${kernel.join(" x ")}`;
  const text =
    heading(layer, isEvents ? `${what}; of spikes: adds the weights of those that came` : what) +
    (numbers.weights === null ? "" : constants(weights, numbers.weights)) +
    (numbers.start === null ? "" : constants(start, numbers.start)) +
    signature(site) +
    body.join("\n") +
    "\n";
  return { text, flash: bytesOf(numbers.weights) + bytesOf(numbers.start) };
}
