/** A program that runs an exported network on stored samples and compares every layer with what the library computed. */

import { sizeOf } from "../../shapes.js";
import type { IntegerModel } from "../integer/integer-model.js";
import { shownAt } from "../shown-at.js";
import { rows } from "./array-text.js";
import { checksum } from "./checksum.js";

export interface SelfTestFacts {
  readonly name: string;
  readonly timesteps: number;
  /** Whether samples hold an input for each time step. */
  readonly time: boolean;
  /** As the network takes them: float values, channels last; of samples that change over time, of all steps. */
  readonly samples: readonly Float32Array[];
}

/** Of the sample of a self-test, what it is shown at a step. @param time whether it holds an input for each */
export function shownInput(NAME: string, time: boolean): string {
  return time ? `samples[sample] + (size_t)step * ${NAME}_INPUTS` : "samples[sample]";
}

export function selfTest(model: IntegerModel, { name, timesteps, time, samples }: SelfTestFacts): string {
  const NAME = name.toUpperCase();
  const { layers, width, inputShape } = model.program;
  const inputs = samples.map((x) => model.quantizeInput(x));
  const sums: number[] = [];
  const classes: number[] = [];
  let integers = 0;
  for (const x of inputs) {
    model.reset();
    const total: number[] = [];
    for (let t = 0; t < timesteps; t++) {
      const output = model.step(shownAt(x, t, sizeOf(inputShape)));
      output.forEach((value, i) => (total[i] = (total[i] ?? 0) + value));
      const { maps } = model;
      for (const layer of layers) {
        sums.push(checksum(maps[layer.name]));
        integers += maps[layer.name].length;
      }
    }
    classes.push(total.indexOf(Math.max(...total)));
  }
  const names = layers.map(({ layer }) => JSON.stringify(layer));
  const size = inputs[0]?.length ?? 0;
  return `/*
 * Runs the network on ${inputs.length} samples and compares, in every time step, the checksum of what each layer gives with what
 * the library computed. Prints PASS, or where it first differs; exits with 0 or 1. Compile it with -D${NAME}_TRACED.
 */
#ifndef ${NAME}_TRACED
#error "Compile with -D${NAME}_TRACED, this file and ${name}.c: the self-test looks at every layer."
#endif
#include "${name}.h"

#include <stdio.h>

#define SAMPLES ${inputs.length}
#define LAYERS ${layers.length}

static const int${width}_t samples[SAMPLES][${size}] = {
${inputs.map((x) => `  {${[...x].join(", ")}}`).join(",\n")}
};

static const uint8_t classes[SAMPLES] = {
${rows(classes, 20)}
};

/* [sample][step][layer] */
static const uint32_t expected[SAMPLES * ${timesteps} * LAYERS] = {
${rows(
  sums.map((value) => `${value}u`),
  8,
)}
};

static const char *const layers[LAYERS] = {
${rows(names, 6)}
};

static uint32_t sums[LAYERS];
static int32_t compared;

void ${name}_trace(int layer, int32_t index, int32_t value)
{
  if (index == 0) sums[layer] = 0;
  sums[layer] = sums[layer] * 31u + (uint32_t)value;
  compared++;
}

int main(void)
{
  static ${name}_state state;
  ${name}_number output[${NAME}_OUTPUTS];
  int sample, step, layer;
  for (sample = 0; sample < SAMPLES; sample++) {
    ${name}_reset(&state);
    for (step = 0; step < ${timesteps}; step++) {
      const uint32_t *wanted = expected + (sample * ${timesteps} + step) * LAYERS;
      ${name}_step(&state, ${shownInput(NAME, time)}, output);
      for (layer = 0; layer < LAYERS; layer++) {
        if (sums[layer] == wanted[layer]) continue;
        printf("FAIL: sample %d, step %d, layer %s: checksum %lu, expected %lu\\n", sample, step, layers[layer],
               (unsigned long)sums[layer], (unsigned long)wanted[layer]);
        return 1;
      }
    }
    if (compared < 0) return 1;
    {
      const int best = ${name}_classify(&state, samples[sample], NULL);
      if (best != classes[sample]) {
        printf("FAIL: sample %d is classified as %d, expected %d\\n", sample, best, classes[sample]);
        return 1;
      }
    }
  }
  printf("PASS: ${inputs.length} samples, ${timesteps} steps, ${layers.length} layers, ${integers} integers, 0 differences\\n");
  return 0;
}
`;
}
