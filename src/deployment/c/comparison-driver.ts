/**
 * A program around an exported network that tells what every layer gives in every time step. It reads integers of the network's
 * width from its input, sample after sample, and writes, as integers of 32 bits of this machine,
 *
 *   for each sample, step and layer: how many integers there were and their checksum;  for each sample: its class
 *
 * or, with an argument, the integers themselves in the place of count and checksum.
 */

export interface DriverFacts {
  readonly name: string;
  /** Whether it reads an input for each time step of a sample. */
  readonly time: boolean;
  readonly layers: number;
}

/** Numbers that are written for one sample, without the argument. */
export function numbersPerSample(timesteps: number, layers: number): number {
  return timesteps * layers * 2 + 1;
}

/** What every driver begins with. */
const included = (name: string): string => `#include "${name}.h"

#include <stdio.h>
#include <stdlib.h>

#ifdef _WIN32
#include <fcntl.h>
#include <io.h>
#endif
`;

const binaryStreams = `#ifdef _WIN32
  _setmode(_fileno(stdin), _O_BINARY);
  _setmode(_fileno(stdout), _O_BINARY);
#endif
`;

/** Inputs that it reads of each sample, and which of them it shows at a step. */
const readInputs = (NAME: string, time: boolean): { readonly size: string; readonly shown: string } =>
  time
    ? { size: `${NAME}_SEQUENCE`, shown: `input + (size_t)step * ${NAME}_INPUTS` }
    : { size: `${NAME}_INPUTS`, shown: "input" };

export function comparisonDriver({ name, time, layers }: DriverFacts): string {
  const NAME = name.toUpperCase();
  const { size, shown } = readInputs(NAME, time);
  return `${included(name)}
#define LAYERS ${layers}

static uint32_t told[2 * LAYERS];
static int writes_values;

static void tell(const void *numbers, size_t count)
{
  if (fwrite(numbers, sizeof(uint32_t), count, stdout) != count) exit(3);
}

void ${name}_trace(int layer, int32_t index, int32_t value)
{
  if (layer < 0 || layer >= LAYERS) exit(4);
  if (writes_values) {
    tell(&value, 1);
    return;
  }
  (void)index;
  told[2 * layer]++;
  told[2 * layer + 1] = told[2 * layer + 1] * 31u + (uint32_t)value;
}

int main(int words, char **argv)
{
  static ${name}_state state;
  static ${name}_number input[${size}];
  static ${name}_number output[${NAME}_OUTPUTS];
  (void)argv;
${binaryStreams}  while (fread(input, sizeof input[0], ${size}, stdin) == ${size}) {
    int step;
    int32_t best;
    writes_values = words > 1;
    ${name}_reset(&state);
    for (step = 0; step < ${NAME}_TIMESTEPS; step++) {
      int i;
      for (i = 0; i < 2 * LAYERS; i++) told[i] = 0;
      ${name}_step(&state, ${shown}, output);
      if (!writes_values) tell(told, 2 * LAYERS);
    }
    if (writes_values) continue;
    best = ${name}_classify(&state, input, NULL);
    tell(&best, 1);
  }
  return fflush(stdout) == 0 ? 0 : 3;
}
`;
}

export interface FloatDriverFacts extends DriverFacts {
  /** Which of the layers are neurons. */
  readonly neurons: readonly number[];
}

/**
 * The same of float32 numbers: it reads these, and writes for each sample
 *
 *   of each step, layer of neurons and neuron, a byte: whether it fired;  the sums over the time steps, as float32
 */
export function floatDriver({ name, time, layers, neurons }: FloatDriverFacts): string {
  const NAME = name.toUpperCase();
  const { size, shown } = readInputs(NAME, time);
  const isNeuron = Array.from({ length: layers }, (_, i) => (neurons.includes(i) ? 1 : 0));
  return `${included(name)}
#define LAYERS ${layers}

static const unsigned char is_neuron[LAYERS] = {${isNeuron.join(", ")}};
static int is_told;

void ${name}_trace(int layer, int32_t index, float value)
{
  if (layer < 0 || layer >= LAYERS) exit(4);
  (void)index;
  if (is_told && is_neuron[layer] && putchar(value != 0.0f ? 1 : 0) == EOF) exit(3);
}

int main(void)
{
  static ${name}_state state;
  static float input[${size}], output[${NAME}_OUTPUTS];
${binaryStreams}  while (fread(input, sizeof input[0], ${size}, stdin) == ${size}) {
    int step;
    is_told = 1;
    ${name}_reset(&state);
    for (step = 0; step < ${NAME}_TIMESTEPS; step++) ${name}_step(&state, ${shown}, output);
    is_told = 0;
    ${name}_classify(&state, input, output);
    if (fwrite(output, sizeof output[0], ${NAME}_OUTPUTS, stdout) != ${NAME}_OUTPUTS) return 3;
  }
  return fflush(stdout) == 0 ? 0 : 3;
}
`;
}
