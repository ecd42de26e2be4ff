/*
 * Runs recorded kernel calls under the sanitizers: reads calls from a file, makes every array a heap block of exactly its
 * size, calls the kernel, and writes what the arrays that are not inputs then hold to another file. sanitize.mjs writes
 * the one and reads the other, and generates calls.h: kernel_names and call_kernel.
 *
 *   replay calls outputs
 *
 * A call: kernel number, length of its label, the label, number of arguments, the arguments. An argument: its kind, then
 * for a number a double, for an array its role, its offset in words from a 16-byte boundary, its length and words.
 */

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NOTHING, NUMBER, ARRAY };
enum { INPUT, OUTPUT, IN_PLACE };
enum { MOST_ARGUMENTS = 24, WORD = 4, LONGEST_LABEL = 256 };

struct argument {
  uint32_t kind, role, offset, length;
  double number;
  char *block;     /* offset words, which are not the kernel's, then the array */
  void *pointer;   /* the array, or null */
  char *original;  /* what an input held */
};

#include "calls.h"

static char label[LONGEST_LABEL + 1] = "";
static uint32_t kernel = 0;
static int running = 0;

void __sanitizer_set_death_callback(void (*callback)(void));

static void tell_which_call(void) {
  if (running) fprintf(stderr, "sanitize: the report above is of %s, %s\n", kernel_names[kernel], label);
}

/* UndefinedBehaviorSanitizer does not know the callback of the others; it is asked to abort. */
static void on_abort(int signal) {
  (void)signal;
  tell_which_call();
  _Exit(1);
}

static void fail(const char *sentence) {
  fprintf(stderr, "sanitize: %s (%s, %s)\n", sentence, running ? kernel_names[kernel] : "no call yet", label);
  exit(1);
}

static void read_bytes(void *to, size_t size, FILE *file) {
  if (size > 0 && fread(to, 1, size, file) != size) fail("the file of calls ends too early");
}

static uint32_t read_word(FILE *file) {
  uint32_t word = 0;
  read_bytes(&word, WORD, file);
  return word;
}

/* malloc gives 16-byte boundaries; the block ends where the array ends. */
static void read_argument(struct argument *a, FILE *file) {
  *a = (struct argument){.kind = read_word(file)};
  if (a->kind == NUMBER) read_bytes(&a->number, sizeof a->number, file);
  if (a->kind != ARRAY) return;
  a->role = read_word(file);
  a->offset = read_word(file);
  a->length = read_word(file);
  size_t lead = (size_t)a->offset * WORD, size = (size_t)a->length * WORD;
  a->block = malloc(lead + size);
  if (!a->block) fail("out of memory");
  memset(a->block, 0x5a, lead);
  a->pointer = a->block + lead;
  read_bytes(a->pointer, size, file);
  if (a->role != INPUT) return;
  a->original = malloc(size);
  if (!a->original) fail("out of memory");
  memcpy(a->original, a->pointer, size);
}

static void finish_argument(const struct argument *a, FILE *outputs) {
  if (a->kind != ARRAY) return;
  size_t lead = (size_t)a->offset * WORD, size = (size_t)a->length * WORD;
  for (size_t i = 0; i < lead; i++)
    if (a->block[i] != 0x5a) fail("the words before an array were written");
  if (a->role == INPUT) {
    if (memcmp(a->original, a->pointer, size) != 0) fail("an input was written");
    free(a->original);
  } else if (fwrite(a->pointer, 1, size, outputs) != size) {
    fail("the outputs could not be written");
  }
  free(a->block);
}

int main(int count, char **paths) {
  if (count != 3) fail("usage: replay calls outputs");
  __sanitizer_set_death_callback(tell_which_call);
  signal(SIGABRT, on_abort);
  FILE *calls = fopen(paths[1], "rb"), *outputs = fopen(paths[2], "wb");
  if (!calls || !outputs) fail("a file could not be opened");
  for (int next = fgetc(calls); next != EOF; next = fgetc(calls)) {
    ungetc(next, calls);
    kernel = read_word(calls);
    uint32_t length = read_word(calls);
    if (length > LONGEST_LABEL || kernel >= sizeof kernel_names / sizeof *kernel_names) fail("the file of calls is damaged");
    read_bytes(label, length, calls);
    label[length] = 0;
    struct argument arguments[MOST_ARGUMENTS];
    uint32_t arity = read_word(calls);
    if (arity > MOST_ARGUMENTS) fail("a call has too many arguments");
    for (uint32_t i = 0; i < arity; i++) read_argument(&arguments[i], calls);
    running = 1;
    call_kernel(kernel, arguments);
    for (uint32_t i = 0; i < arity; i++) finish_argument(&arguments[i], outputs);
  }
  if (fclose(outputs) != 0) fail("the outputs could not be written");
  return 0;
}
