/** A program that counts the instructions of a classification, on a board that can tell how many it has executed. */

/**
 * What the board's own file, NAME_board.c, defines for it. Of an instruction counter that counts in steps, the sum over some
 * samples is right to a step.
 */
export function boardInterface(name: string): string {
  return `/* How often the board's counter has counted, modulo 2^32, and how many instructions it takes for each count. */
uint32_t ${name}_ticks(void);
extern const uint32_t ${name}_instructions_per_tick;
`;
}

/** It shows the samples of the self-test, which it includes for their sake. */
export function measureProgram(name: string): string {
  const NAME = name.toUpperCase();
  return `/*
 * Tells how many instructions it takes to classify a sample, on average over those of the self-test, and the bytes of the
 * state. ${name}.c is compiled as it is used, without ${NAME}_TRACED. It asks the board
 * how many there were: run it with -icount shift=0, so that the emulator counts.
 */
#define ${NAME}_TRACED
#define main ${name}_self_test
#include "${name}_test.c"
#undef main

${boardInterface(name)}
int main(void)
{
  static ${name}_state state;
  uint64_t ticks = 0;
  int sample;
  for (sample = 0; sample < SAMPLES; sample++) {
    const uint32_t before = ${name}_ticks();
    const int best = ${name}_classify(&state, samples[sample], NULL);
    ticks += (uint32_t)(${name}_ticks() - before);
    if (best != classes[sample]) {
      printf("FAIL: sample %d is classified as %d, expected %d\\n", sample, best, classes[sample]);
      return 1;
    }
  }
  printf("instructions %lu\\nstate %lu\\n",
         (unsigned long)(ticks * ${name}_instructions_per_tick / SAMPLES), (unsigned long)sizeof(${name}_state));
  return 0;
}
`;
}
