/** The header and the source of an exported network: C99, without allocation and without floating point. */

import { formatShape } from "../../shapes.js";
import type { NeuronLayer } from "../integer/integer-layer.js";
import type { CProgram, PlacedLayer } from "./c-program.js";
import { layerCode } from "./layer-code.js";
import type { CodeOptions, LayerCode } from "./layer-text.js";

export interface SourceFacts extends CodeOptions {
  /** T of the network. */
  readonly timesteps: number;
  /** What the README and the header say of where it comes from. */
  readonly title: string;
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
    codes.set(each, layerCode(each.layer, given, c.maps[each.place], facts));
  }
  const flash = [...codes.values()].reduce((sum, code) => sum + code.flash, 0);
  return { header: header(c, facts), source: source(c, facts, codes), flash, ram: ramOf(c) };
}

const neuronsOf = ({ stepwise }: CProgram): NeuronLayer[] =>
  stepwise.flatMap(({ layer }) => (layer.kind === "neuron" ? [layer] : []));

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, length) => product * length, 1);

/** Bytes of the state. */
function ramOf(c: CProgram): number {
  const bytes = c.program.width / 8;
  const potentials = neuronsOf(c).reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return (potentials + c.numbers) * bytes + c.spikes;
}

/** A fraction that so many bits give: "1/64" */
function unit(q: number): string {
  return q >= 0 ? `1/${2 ** q}` : String(2 ** -q);
}

function header(c: CProgram, { name, timesteps, title }: SourceFacts): string {
  const { inputShape, inputQ, inputBits, inputRounding, layers, width } = c.program;
  const last = layers[layers.length - 1];
  const NAME = name.toUpperCase();
  const limits = `${-(2 ** (inputBits - 1))} to ${2 ** (inputBits - 1) - 1}`;
  const buffers = [
    ...neuronsOf(c).map(({ name: layer, shape }) => `  ${name}_number v_${layer}[${sizeOf(shape)}];`),
    ...(c.numbers > 0 ? [`  ${name}_number numbers[${c.numbers}];`] : []),
    ...(c.spikes > 0 ? [`  uint8_t spikes[${c.spikes}];`] : []),
  ];
  return `/*
 * ${title}
 *
 * Input: ${sizeOf(inputShape)} integers of ${width} bits, ${formatShape(inputShape)}, channels last, in units of ${unit(inputQ)}:
 * a value x is ${inputRounding === "nearest" ? "floor(x * U + 0.5)" : `${inputRounding}(x * U)`} with U = ${2 ** inputQ}, clamped to ${limits}.
 * Output: ${sizeOf(last.shape)} integers in units of ${unit(last.q)}, one per class, in every time step; the class is the one
 * whose sum over the time steps is largest.
 *
 *   static ${name}_state state;
 *   int best = ${name}_classify(&state, input, NULL);   a still input, shown for ${timesteps} time steps
 *
 * or, for an input that changes,
 *
 *   ${name}_reset(&state);
 *   ${name}_step(&state, input, output);                once for each time step
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
/* Fractional bits: an integer i stands for i / 2^bits. */
#define ${NAME}_INPUT_BITS ${literalMacro(inputQ)}
#define ${NAME}_OUTPUT_BITS ${literalMacro(last.q)}

typedef int${width}_t ${name}_number;

/* Potentials, and the maps between the layers. */
typedef struct {
${buffers.length > 0 ? buffers.join("\n") : "  uint8_t unused;"}
} ${name}_state;

/* Forgets everything: call it before a new input. */
void ${name}_reset(${name}_state *state);

/* One time step. */
void ${name}_step(${name}_state *state, const ${name}_number *input, ${name}_number *output);

/*
 * Resets, shows a still input for ${NAME}_TIMESTEPS steps, and tells the class, from 0. Of equal sums, the first.
 * sums: ${NAME}_OUTPUTS of them, or NULL.
 */
int ${name}_classify(${name}_state *state, const ${name}_number *input, int32_t *sums);

#ifdef ${NAME}_TRACED
/* For tests: is called with what every layer gives, in the order of the network. */
void ${name}_trace(int layer, int32_t index, int32_t value);
#endif

#ifdef __cplusplus
}
#endif

#endif
`;
}

function literalMacro(value: number): string {
  return value < 0 ? `(${value})` : String(value);
}

const helpers = (name: string, wide: boolean): string => {
  return (wide ? ["32", "64"] : ["32"])
    .map(
      (bits) => `/* v / 2^n, rounded down. */
static inline int${bits}_t ${name}_down${bits}(int${bits}_t v, int n)
{
  return v >= 0 ? v >> n : -1 - ((-1 - v) >> n);
}

/* a / b, rounded down. */
static inline int${bits}_t ${name}_quotient${bits}(int${bits}_t a, int${bits}_t b)
{
  return a >= 0 ? a / b : -1 - (-1 - a) / b;
}

/* Clamped to the integers from -half to half - 1. */
static inline ${name}_number ${name}_store${bits}(int${bits}_t v, int32_t half)
{
  return (${name}_number)(v < -half ? -half : v >= half ? half - 1 : v);
}
`,
    )
    .join("\n");
};

function source(c: CProgram, facts: SourceFacts, codes: ReadonlyMap<PlacedLayer, LayerCode>): string {
  const { name, timesteps, title } = facts;
  const NAME = name.toUpperCase();
  const { program, maps } = c;
  const output = program.layers.length;
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
    const value = spike === null ? "1" : String(spike);
    return `${line}\n  TRACE(${place - 1}, ${pointer(place)}, ${maps[place].size}, ${value})`;
  };
  const spike = maps[output].spike;
  const handOut =
    spike === null
      ? ""
      : `  {\n    int i;\n    for (i = 0; i < ${classes}; i++) output[i] = (${name}_number)((${pointer(output)})[i] != 0 ? ${spike} : 0);\n  }\n`;
  const stillUses = (layers: readonly PlacedLayer[], what: "input" | "output"): boolean =>
    layers.some(({ inputs, place }) => [...inputs, place].some((each) => c.places[each].kind === what));
  const unused = (layers: readonly PlacedLayer[], all: readonly string[]): string =>
    all
      .filter((what) => !used(layers, what))
      .map((what) => `  (void)${what};\n`)
      .join("");
  const used = (layers: readonly PlacedLayer[], what: string): boolean => {
    if (what !== "state")
      return stillUses(layers, what as "input" | "output") || (what === "output" && spike !== null);
    return layers.some(
      ({ layer, inputs, place }) =>
        layer.kind === "neuron" ||
        [...inputs, place].some((each) => ["numbers", "spikes"].includes(c.places[each].kind)),
    );
  };
  const part = (suffix: string, layers: readonly PlacedLayer[], end: string): string =>
    `static void ${name}_${suffix}(${name}_state *state, const ${name}_number *input, ${name}_number *output)\n{\n` +
    unused(layers, ["state", "input", "output"]) +
    layers.map(call).join("\n") +
    `\n${end}}\n`;
  const resets = neuronsOf(c).map(({ name: layer, shape, initial }) => {
    const array = `state->v_${layer}`;
    if (initial === 0) return `  memset(${array}, 0, sizeof ${array});`;
    return `  for (i = 0; i < ${sizeOf(shape)}; i++) ${array}[i] = ${initial};`;
  });
  const needsIndex = neuronsOf(c).some(({ initial }) => initial !== 0);
  const isWide = program.layers.some(({ long }) => long === 64);
  return `/* ${title}: see ${name}.h. */
#include "${name}.h"

#include <string.h>

#ifdef ${NAME}_TRACED
#define TRACE(layer, map, size, scale) \\
  { \\
    int32_t traced; \\
    for (traced = 0; traced < (size); traced++) ${name}_trace(layer, traced, (int32_t)(map)[traced] * (scale)); \\
  }
#else
#define TRACE(layer, map, size, scale)
#endif

${helpers(name, isWide)}
${[...codes.values()].map(({ text }) => text).join("\n")}
/* What an input that does not change needs once. */
${part("still", c.still, "")}
/* What every time step needs. */
${part("stepwise", c.stepwise, handOut)}
void ${name}_reset(${name}_state *state)
{
${needsIndex ? "  int32_t i;\n" : ""}${resets.length > 0 ? resets.join("\n") : "  (void)state;"}
}

void ${name}_step(${name}_state *state, const ${name}_number *input, ${name}_number *output)
{
  ${name}_still(state, input, output);
  ${name}_stepwise(state, input, output);
}

int ${name}_classify(${name}_state *state, const ${name}_number *input, int32_t *sums)
{
  ${name}_number output[${classes}];
  int32_t total[${classes}] = {0};
  int t, i, best = 0;
  ${name}_reset(state);
  ${name}_still(state, input, output);
  for (t = 0; t < ${timesteps}; t++) {
    ${name}_stepwise(state, input, output);
    for (i = 0; i < ${classes}; i++) total[i] += output[i];
  }
  for (i = 1; i < ${classes}; i++)
    if (total[i] > total[best]) best = i;
  if (sums != NULL) memcpy(sums, total, sizeof total);
  return best;
}
`;
}
