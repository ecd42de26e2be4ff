/* Runs the cases of vectors.h on two functions of yours: cc -std=c99 -ffp-contract=off run.c yours.c -o run && ./run
   Exit code 1 if a case differs. Define ATIF_STEP or ATIF_STEP_INT alone to run one kind. */
#include <stdio.h>
#include "vectors.h"
#if !defined(ATIF_STEP) && !defined(ATIF_STEP_INT)
#define ATIF_STEP atif_step
#define ATIF_STEP_INT atif_step_int
#endif

#ifdef ATIF_STEP
/* One step of one neuron: changes the potential, returns 1 where it fires. */
int ATIF_STEP(float x, float threshold, float *v);
#endif
#ifdef ATIF_STEP_INT
/* The same in whole numbers, as README.md has it: returns 1 where it fires. */
int ATIF_STEP_INT(const struct integer_case *c, int32_t x, int32_t *v);
#endif

static int wrong = 0, cases = 0;
static void check(const char *name, int step, int right) {
  if (!right) { printf("%s: step %d differs\n", name, step + 1); wrong = 1; }
}
static int same(float a, float b) { return a == b || (a != a && b != b); }

int main(void) {
#ifdef ATIF_STEP
  for (const struct neuron_case *c = neuron_cases; c < neuron_cases + sizeof neuron_cases / sizeof *c; c++, cases++)
    for (int n = 0; n < c->neurons; n++) {
      float v = c->v0[n];
      for (int t = 0; t < c->steps; t++) {
        const int at = t * c->neurons + n;
        const float y = ATIF_STEP(c->x[at], c->threshold[t], &v) ? (c->unit_output ? 1.0f : c->threshold[t]) : 0.0f;
        check(c->name, t, same(y, c->outputs[at]) && same(v, c->potentials[at]));
      }
    }
#endif
#ifdef ATIF_STEP_INT
  for (const struct integer_case *c = integer_cases; c < integer_cases + sizeof integer_cases / sizeof *c; c++, cases++) {
    int32_t v = c->v0;
    for (int t = 0; t < c->steps; t++) {
      const int32_t y = ATIF_STEP_INT(c, c->x[t], &v) ? c->spike : 0;
      check(c->name, t, y == c->outputs[t] && v == c->potentials[t]);
    }
  }
#endif
  if (!wrong) printf("all %d cases are right\n", cases);
  return wrong;
}
