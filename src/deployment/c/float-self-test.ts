/**
 * A program that runs an exported float network on stored samples: spikes must be those of the library, logits as close as
 * float32 allows.
 */

import { FloatModel } from "../float/float-model.js";
import type { FloatProgram } from "../float/float-layer.js";
import { libraryRun } from "../float/library-run.js";
import { allowedDifference } from "../float/logit-bound.js";
import { isFloat32 } from "../float/uncertain-map.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { sizeOf } from "../../shapes.js";
import { shownAt } from "../shown-at.js";
import { rows } from "./array-text.js";
import { checksum } from "./checksum.js";
import { floatText } from "./float-numbers.js";
import { shownInput } from "./self-test.js";

/** A sample on which every right compiler must agree. */
export interface FloatSample {
  readonly input: Float32Array;
  /** Of each time step and neuron layer, in the order of the program. */
  readonly sums: readonly number[];
  /** Over the time steps, per class, and how far others may lie from them. */
  readonly totals: readonly number[];
  readonly allowed: readonly number[];
  readonly best: number;
  /** Spikes, fired or not. */
  readonly spikes: number;
}

export interface FloatSamples {
  readonly samples: readonly FloatSample[];
  /** Looked at and left out, because something in them hangs on rounding. */
  readonly ties: number;
}

/**
 * @param x [size], shown at every time step, or [T, size]
 * @returns null for a sample in which a spike, or the class, hangs on rounding
 */
export function floatSample(model: SpikingModel, program: FloatProgram, x: Float32Array): FloatSample | null {
  const float = new FloatModel(program);
  const { spikes, logits } = libraryRun(model, program, x);
  const output = program.layers.length - 1;
  const sums: number[] = [];
  const [running, errors] = [new Float64Array(logits.length), new Float64Array(logits.length)];
  let count = 0;
  for (let t = 0; t < model.timesteps; t++) {
    float.step(shownAt(x, t, sizeOf(program.inputShape)));
    if (float.ties.length > 0) return null;
    for (const [layer, steps] of spikes) {
      const fired = steps[t].map((value) => (value === 0 ? 0 : 1));
      if (fired.some((value, i) => (value === 0) !== (float.map(layer).values[i] === 0))) return null;
      sums.push(checksum(fired));
      count += fired.length;
    }
    const given = float.map(output);
    for (let i = 0; i < logits.length; i++) {
      running[i] += given.values[i];
      errors[i] += (given.errors[i] + (isFloat32(running[i]) ? 0 : Math.abs(running[i]))) * 2 ** -24;
    }
  }
  const totals = [...logits].map((logit) => logit * model.timesteps);
  const allowed = [...logits].map((logit, i) =>
    Math.max(allowedDifference(logit) * model.timesteps, 2 * errors[i]),
  );
  const best = totals.indexOf(Math.max(...totals));
  // Of sums that nothing has rounded, the first of equal ones is the class everywhere.
  const isClose = totals.some((total, i) => {
    const both = errors[best] + errors[i];
    return i !== best && both > 0 && totals[best] - total <= both;
  });
  return isClose ? null : { input: x, sums, totals, allowed, best, spikes: count };
}

export interface FloatTestFacts {
  readonly name: string;
  readonly timesteps: number;
  /** Whether samples hold an input for each time step. */
  readonly time: boolean;
}

export function floatSelfTest(
  { layers }: FloatProgram,
  { samples, ties }: FloatSamples,
  { name, timesteps, time }: FloatTestFacts,
): string {
  const NAME = name.toUpperCase();
  const neurons = layers.flatMap(({ kind, layer }, i) => (kind === "neuron" ? [{ i, layer }] : []));
  const spikes = samples.reduce((sum, sample) => sum + sample.spikes, 0);
  const numbers = (values: Iterable<number>): string[] => Array.from(values, floatText);
  const size = samples[0].input.length;
  const left =
    ties === 0
      ? ""
      : `\n * ${ties} more in which a spike or the class hangs on rounding, so that either is right, ${ties === 1 ? "was" : "were"} left out.`;
  return `/*
 * Runs the network on ${samples.length} samples and compares, in every time step, the spikes of each layer with those that the
 * library computed, by a checksum, and the sums over the time steps with the library's, as closely as float32 allows.${left}
 * Prints PASS, or where it first differs; exits with 0 or 1. Compile it with -D${NAME}_TRACED.
 */
#ifndef ${NAME}_TRACED
#error "Compile with -D${NAME}_TRACED, this file and ${name}.c: the self-test looks at every layer."
#endif
#include "${name}.h"

#include <stdio.h>

#define SAMPLES ${samples.length}
#define LAYERS ${layers.length}
#define NEURONS ${neurons.length}

static const float samples[SAMPLES][${size}] = {
${samples.map(({ input }) => `  {${numbers(input).join(", ")}}`).join(",\n")}
};

static const uint8_t classes[SAMPLES] = {
${rows(
  samples.map(({ best }) => best),
  20,
)}
};

/* [sample][step][layer of neurons]; with one more, as there may be none. */
static const uint32_t expected[SAMPLES * ${timesteps} * NEURONS + 1] = {
${rows([...samples.flatMap(({ sums }) => sums.map((value) => `${value}u`)), "0u"], 8)}
};

/* [sample][class]: sums over the time steps, and how far they may differ. */
static const float totals[SAMPLES * ${NAME}_OUTPUTS] = {
${rows(numbers(samples.flatMap((sample) => sample.totals)), 8)}
};

static const float allowed[SAMPLES * ${NAME}_OUTPUTS] = {
${rows(numbers(samples.flatMap((sample) => sample.allowed)), 8)}
};

/* The layers of neurons among all, and what they are called. */
static const int neurons[NEURONS + 1] = {
${rows([...neurons.map(({ i }) => i), 0], 20)}
};

static const char *const layers[NEURONS + 1] = {
${rows([...neurons.map(({ layer }) => JSON.stringify(layer)), '""'], 6)}
};

static uint32_t spikes[LAYERS];

void ${name}_trace(int layer, int32_t index, float value)
{
  if (index == 0) spikes[layer] = 0;
  spikes[layer] = spikes[layer] * 31u + (value != 0.0f ? 1u : 0u);
}

int main(void)
{
  static ${name}_state state;
  float output[${NAME}_OUTPUTS], sums[${NAME}_OUTPUTS];
  int sample, step, i;
  for (sample = 0; sample < SAMPLES; sample++) {
    ${name}_reset(&state);
    for (step = 0; step < ${timesteps}; step++) {
      const uint32_t *wanted = expected + (sample * ${timesteps} + step) * NEURONS;
      ${name}_step(&state, ${shownInput(NAME, time)}, output);
      for (i = 0; i < NEURONS; i++) {
        if (spikes[neurons[i]] == wanted[i]) continue;
        printf("FAIL: sample %d, step %d, layer %s: checksum of spikes %lu, expected %lu\\n", sample, step, layers[i],
               (unsigned long)spikes[neurons[i]], (unsigned long)wanted[i]);
        return 1;
      }
    }
    {
      const int best = ${name}_classify(&state, samples[sample], sums);
      if (best != classes[sample]) {
        printf("FAIL: sample %d is classified as %d, expected %d\\n", sample, best, classes[sample]);
        return 1;
      }
      for (i = 0; i < ${NAME}_OUTPUTS; i++) {
        const int at = sample * ${NAME}_OUTPUTS + i;
        const float difference = sums[i] > totals[at] ? sums[i] - totals[at] : totals[at] - sums[i];
        if (difference <= allowed[at]) continue;
        printf("FAIL: sample %d, output %d: sum %.9g, expected %.9g\\n", sample, i, (double)sums[i], (double)totals[at]);
        return 1;
      }
    }
  }
  printf("PASS: ${samples.length} samples, ${timesteps} steps, ${neurons.length} layers, ${spikes} spikes, 0 differences\\n");
  return 0;
}
`;
}
