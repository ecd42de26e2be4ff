/** The header and the source of an exported network: C99, without allocation. */

import { formatShape } from "../../shapes.js";
import type { CNeuron } from "./c-network.js";
import type { CProgram, PlacedLayer } from "./c-program.js";
import { layerCode } from "./layer-code.js";
import type { CodeOptions, LayerCode } from "./layer-text.js";

export interface SourceFacts extends CodeOptions {
  /** T of the network. */
  readonly timesteps: number;
  /** Whether a sample has another input at every time step. */
  readonly time: boolean;
  /** What the README and the header say of where it comes from. */
  readonly title: string;
  /** What is to be done to a sample before it is an input, in words; null for nothing. */
  readonly preparation: string | null;
}

export interface Source {
  readonly header: string;
  readonly source: string;
  /** Bytes of constant data, of the state, and of what a step has on the stack for its sums. */
  readonly flash: number;
  readonly ram: number;
}

export function sourceOf(c: CProgram, facts: SourceFacts): Source {
  const codes = new Map<PlacedLayer, LayerCode>();
  for (const each of [...c.still, ...c.stepwise]) {
    const given = each.inputs.map((place) => c.maps[place]);
    codes.set(each, layerCode(each.layer, each.numbers, given, c.maps[each.place], facts));
  }
  const flash = [...codes.values()].reduce((sum, code) => sum + code.flash, 0);
  return { header: header(c, facts), source: source(c, facts, codes), flash, ram: ramOf(c) };
}

const neuronsOf = ({ stepwise }: CProgram): (PlacedLayer & { readonly layer: CNeuron })[] =>
  stepwise.flatMap((placed) => (placed.layer.kind === "neuron" ? [{ ...placed, layer: placed.layer }] : []));

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Bytes of the state: a struct ends where another one could begin. */
function ramOf(c: CProgram): number {
  const { bytes } = c.network.family;
  const potentials = neuronsOf(c).reduce((sum, { layer }) => sum + sizeOf(layer.shape), 0);
  const numbers = potentials + c.numbers;
  const all = numbers * bytes + c.spikes;
  return numbers === 0 ? Math.max(1, all) : Math.ceil(all / bytes) * bytes;
}

function header(c: CProgram, { name, timesteps, time, title, preparation }: SourceFacts): string {
  const { inputShape, layers, family } = c.network;
  const last = layers[layers.length - 1];
  const NAME = name.toUpperCase();
  const [what, ...more] = family.input.map((line) => line.replace("SHAPE", formatShape(inputShape)));
  const prepared = preparation === null ? [] : [`Samples are prepared first: ${preparation}.`];
  const output = `${sizeOf(last.shape)} ${family.output}`;
  const macros = family.macros(NAME).map((line) => `${line}\n`);
  const buffers = [
    ...neuronsOf(c).map(({ layer }) => `  ${name}_number v_${layer.name}[${sizeOf(layer.shape)}];`),
    ...(c.numbers > 0 ? [`  ${name}_number numbers[${c.numbers}];`] : []),
    ...(c.spikes > 0 ? [`  uint8_t spikes[${c.spikes}];`] : []),
  ];
  return `/*
 * ${title}
 *
 * Input: ${sizeOf(inputShape)} ${[what, ...more, ...prepared].join("\n * ")}
 * Output: ${output}, one per class, in every time step; the class is the one
 * whose sum over the time steps is largest.
 *
 *   static ${name}_state state;
 *${time ? callsOverTime(name, timesteps) : callsOfStill(name, timesteps)}
 *
 * No memory is allocated: the caller owns the state, of which there may be several. Constants are read only.
 */
#ifndef ${NAME}_H
#define ${NAME}_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ${NAME}_INPUTS ${sizeOf(inputShape)}
#define ${NAME}_OUTPUTS ${sizeOf(last.shape)}
#define ${NAME}_TIMESTEPS ${timesteps}
${time ? `/* Of one sample, as ${name}_classify takes it. */\n#define ${NAME}_SEQUENCE ${timesteps * sizeOf(inputShape)}\n` : ""}${macros.join("")}
typedef ${family.number} ${name}_number;

/* Potentials, and the maps between the layers. */
typedef struct {
${buffers.length > 0 ? buffers.join("\n") : "  uint8_t unused;"}
} ${name}_state;

/* Forgets everything: call it before a new input. */
void ${name}_reset(${name}_state *state);

/* One time step. */
void ${name}_step(${name}_state *state, const ${name}_number *input, ${name}_number *output);

/*
 * Resets, shows ${time ? `${NAME}_TIMESTEPS inputs, one in each step` : `a still input for ${NAME}_TIMESTEPS steps`}, and tells the class, from 0. Of equal sums, the first.
 * ${time ? `input: ${NAME}_SEQUENCE numbers, step after step. ` : ""}sums: ${NAME}_OUTPUTS of them, or NULL.
 */
int ${name}_classify(${name}_state *state, const ${name}_number *input, ${family.sum} *sums);

#ifdef ${NAME}_TRACED
/* For tests: is called with what every layer gives, in the order of the network. */
void ${name}_trace(int layer, int32_t index, ${family.sum} value);
#endif

#ifdef __cplusplus
}
#endif

#endif
`;
}

const callsOfStill = (
  name: string,
  timesteps: number,
): string => `   int best = ${name}_classify(&state, input, NULL);   a still input, shown for ${timesteps} time steps
 *
 * or, for an input that changes,
 *
 *   ${name}_reset(&state);
 *   ${name}_step(&state, input, output);                once for each time step`;

const callsOverTime = (
  name: string,
  timesteps: number,
): string => `   int best = ${name}_classify(&state, inputs, NULL);  ${timesteps} inputs, one after the other: one for each time step
 *
 * or, as they come,
 *
 *   ${name}_reset(&state);                              before a new sample
 *   ${name}_step(&state, input, output);                once for each time step`;

function source(c: CProgram, facts: SourceFacts, codes: ReadonlyMap<PlacedLayer, LayerCode>): string {
  const { name, timesteps, time, title } = facts;
  const NAME = name.toUpperCase();
  const { network, maps } = c;
  const { family } = network;
  const output = network.layers.length;
  const classes = maps[output].size;
  const pointer = (place: number): string => {
    const at = c.places[place];
    if (at.kind === "input" || at.kind === "output") return at.kind;
    return `state->${at.kind}${at.offset === 0 ? "" : ` + ${at.offset}`}`;
  };
  const call = ({ layer, inputs, place }: PlacedLayer): string => {
    const potential = layer.kind === "neuron" ? `, state->v_${layer.name}` : "";
    const line = `  ${name}_${layer.name}(${inputs.map(pointer).join(", ")}, ${pointer(place)}${potential});`;
    const spike = maps[place].spike;
    const value = family.literal(spike ?? 1).replace(/^\((.*)\)$/, "$1");
    return `${line}\n  TRACE(${place - 1}, ${pointer(place)}, ${maps[place].size}, ${value})`;
  };
  const spike = maps[output].spike;
  const handOut =
    spike === null
      ? ""
      : `  {\n    int i;\n    for (i = 0; i < ${classes}; i++) output[i] = (${name}_number)((${pointer(output)})[i] != 0 ? ${family.literal(spike)} : 0);\n  }\n`;
  const part = (suffix: string, layers: readonly PlacedLayer[], end: string): string => {
    const body = `${layers.map(call).join("\n")}\n${end}`;
    const unused = ["state", "input", "output"].filter((what) => !new RegExp(`\\b${what}\\b`).test(body));
    return (
      `static void ${name}_${suffix}(${name}_state *state, const ${name}_number *input, ${name}_number *output)\n{\n` +
      unused.map((what) => `  (void)${what};\n`).join("") +
      `${body}}\n`
    );
  };
  const resets = neuronsOf(c).map(({ layer: { name: layer, shape, initial }, numbers }) => {
    const array = `state->v_${layer}`;
    // Of float32 numbers, too: those whose bits are 0 are 0.
    if (initial === 0) return `  memset(${array}, 0, sizeof ${array});`;
    return `  for (i = 0; i < ${sizeOf(shape)}; i++) ${array}[i] = ${numbers.neuron?.initial};`;
  });
  const needsIndex = neuronsOf(c).some(({ layer }) => layer.initial !== 0);
  const functions = [...codes.values()].map(({ text }) => text).join("\n");
  const still = time ? "" : `  ${name}_still(state, input, output);\n`;
  const helpers = family.helpers(name).filter((helper) => functions.includes(`${helper.name}(`));
  return `/* ${title}: see ${name}.h. */
#include "${name}.h"

#include <string.h>

#ifdef ${NAME}_TRACED
#define TRACE(layer, map, size, scale) \\
  { \\
    int32_t traced; \\
    for (traced = 0; traced < (size); traced++) ${name}_trace(layer, traced, (${family.sum})(map)[traced] * (scale)); \\
  }
#else
#define TRACE(layer, map, size, scale)
#endif

${helpers.map(({ text }) => `${text}\n`).join("")}${functions}
${time ? "" : `/* What an input that does not change needs once. */\n${part("still", c.still, "")}\n`}/* What every time step needs. */
${part("stepwise", c.stepwise, handOut)}
void ${name}_reset(${name}_state *state)
{
${needsIndex ? "  int32_t i;\n" : ""}${resets.length > 0 ? resets.join("\n") : "  (void)state;"}
}

void ${name}_step(${name}_state *state, const ${name}_number *input, ${name}_number *output)
{
${still}  ${name}_stepwise(state, input, output);
}

int ${name}_classify(${name}_state *state, const ${name}_number *input, ${family.sum} *sums)
{
  ${name}_number output[${classes}];
  ${family.sum} total[${classes}] = {0};
  int t, i, best = 0;
  ${name}_reset(state);
${still}  for (t = 0; t < ${timesteps}; t++) {
    ${name}_stepwise(state, input, output);
${time ? `    input += ${NAME}_INPUTS;\n` : ""}    for (i = 0; i < ${classes}; i++) total[i] += output[i];
  }
  for (i = 1; i < ${classes}; i++)
    if (total[i] > total[best]) best = i;
  if (sums != NULL) memcpy(sums, total, sizeof total);
  return best;
}
`;
}
