/*
 * The kernels as an addon of Node: N-API version 8.
 *
 *   addon.kernels                  "fill:3 add:4 ... largestPlanRank:0": names in the order of their numbers, with arguments
 *   addon.sets                     the instruction sets that run here, the widest first
 *   addon.open(set, bytes)         a context on the memory under a Uint8Array, with
 *     .values                      a Float64Array: the arguments of the next call (kernel_set.h)
 *     .call(number)                runs a kernel
 *     .firstOutside()              numbers that would lead out of an array: first_outside()
 *     .resize(threads, spins, worthWaking)   the number of threads there are afterwards
 *     .close()                     ends the threads; so does the end of the environment
 *
 * Nothing is kept per process: a context has its own pool and scratch, so that threads of Node can compute at once.
 */

#define NAPI_VERSION 8
#include <node_api.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "kernel_set.h"
#include "sets.h"
#include "system.h"

enum { MOST_VALUES = 32, MOST_THREADS = 1024, CACHE_LINE = 64, STACK_BYTES = 1 << 20 };

struct context {
  const struct kernel_set *set;
  char *base;
  double *values;
  napi_ref memory, value_array; /* what `base` and `values` point into stays */
  void *pool;
  void *threads[MOST_THREADS];
  int running; /* the calling thread included */
  int open;
  int count; /* of kernels and limits */
};

struct member {
  struct context *of;
  int index;
  float *scratch;
};

static napi_value refuse(napi_env env, const char *sentence) {
  napi_throw_error(env, NULL, sentence);
  return NULL;
}

static void serve(void *argument) {
  struct member member = *(struct member *)argument;
  free(argument);
  const struct kernel_set *set = member.of->set;
  set->enter(member.of->pool);
  set->serve(member.index, member.scratch);
  free_aligned_block(member.scratch);
}

/* One thread more; not where there is no memory for it or the system starts none. */
static int start(struct context *context) {
  struct member *member = malloc(sizeof *member);
  size_t bytes = (sizeof(float) * (size_t)context->set->scratch_floats() + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  void *scratch = aligned_block(CACHE_LINE, bytes), *thread = NULL;
  if (member != NULL && scratch != NULL) {
    *member = (struct member){context, context->running, scratch};
    thread = start_thread(serve, member, STACK_BYTES);
  }
  if (thread == NULL) {
    free_aligned_block(scratch);
    free(member);
  }
  context->threads[context->running] = thread;
  return thread != NULL;
}

static void set_threads(struct context *context, int wanted, int spins, double worth_waking) {
  const struct kernel_set *set = context->set;
  set->enter(context->pool);
  int staying = wanted < context->running ? wanted : context->running;
  set->resize(staying, wanted, spins, worth_waking, 1);
  while (context->running > wanted) join_thread(context->threads[--context->running]);
  while (context->running < wanted && start(context)) context->running++;
  set->resize(context->running, context->running, spins, worth_waking, 1);
}

static void close_context(struct context *context) {
  if (!context->open) return;
  set_threads(context, 1, 0, 0);
  context->open = 0;
  free_aligned_block(context->pool);
  context->pool = NULL;
}

/* The environment ends: of the process, or of one of its threads. */
static void leave(void *context) { close_context(context); }

static void forget(napi_env env, void *data, void *hint) {
  (void)hint;
  struct context *context = data;
  napi_remove_env_cleanup_hook(env, leave, context);
  close_context(context);
  free(context);
}

static struct context *context_of(napi_env env, napi_callback_info info, size_t *count, napi_value *arguments) {
  void *context = NULL;
  if (napi_get_cb_info(env, info, count, arguments, NULL, &context) != napi_ok) return NULL;
  return ((struct context *)context)->open ? context : NULL;
}

static napi_value call(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  struct context *context = context_of(env, info, &count, &argument);
  int32_t number = -1;
  if (context == NULL || napi_get_value_int32(env, argument, &number) != napi_ok || number < 0 ||
      number >= context->count)
    return refuse(env, "atif's addon: call: expected the number of a kernel, and a context that is not closed");
  context->set->enter(context->pool);
  context->set->call(number, context->values, context->base);
  return NULL;
}

/* Of values[1] numbers, the first one that is less than values[2] or not less than values[3]; -1 if there is none. */
static double first_outside(const double *values, const char *base) {
  enum { BLOCK = 4096 };
  const int32_t *at = (const int32_t *)(base + (uint64_t)values[0]);
  int64_t length = (int64_t)values[1];
  int32_t least = (int32_t)values[2], most = values[3] > INT32_MAX ? INT32_MAX : (int32_t)(values[3] - 1);
  for (int64_t begin = 0; begin < length; begin += BLOCK) {
    int64_t end = length - begin < BLOCK ? length : begin + BLOCK;
    int any = 0;
    for (int64_t i = begin; i < end; i++) any |= (at[i] < least) | (at[i] > most);
    for (int64_t i = begin; any && i < end; i++)
      if (at[i] < least || at[i] > most) return (double)i;
  }
  return -1;
}

static napi_value first_outside_call(napi_env env, napi_callback_info info) {
  size_t count = 0;
  struct context *context = context_of(env, info, &count, NULL);
  if (context == NULL) return refuse(env, "atif's addon: firstOutside: expected a context that is not closed");
  context->values[0] = first_outside(context->values, context->base);
  return NULL;
}

static napi_value resize(napi_env env, napi_callback_info info) {
  size_t count = 3;
  napi_value argument[3], result;
  struct context *context = context_of(env, info, &count, argument);
  int32_t wanted = 0, spins = 0;
  double worth_waking = 0;
  if (context == NULL || napi_get_value_int32(env, argument[0], &wanted) != napi_ok ||
      napi_get_value_int32(env, argument[1], &spins) != napi_ok ||
      napi_get_value_double(env, argument[2], &worth_waking) != napi_ok || wanted < 1)
    return refuse(env, "atif's addon: resize: expected threads, spins, worthWaking, and a context that is not closed");
  set_threads(context, wanted < MOST_THREADS ? wanted : MOST_THREADS, spins, worth_waking);
  return napi_create_int32(env, context->running, &result) == napi_ok ? result : NULL;
}

static napi_value close_call(napi_env env, napi_callback_info info) {
  size_t count = 0;
  struct context *context = context_of(env, info, &count, NULL);
  if (context != NULL) close_context(context);
  return NULL;
}

static const struct kernel_set *set_named(const char *name) {
  for (unsigned i = 0; i < sizeof sets / sizeof *sets; i++)
    if (strcmp(sets[i]->name, name) == 0 && sets[i]->runs_here()) return sets[i];
  return NULL;
}

static int add_function(napi_env env, napi_value object, const char *name, napi_callback function, void *data) {
  napi_value value;
  return napi_create_function(env, name, NAPI_AUTO_LENGTH, function, data, &value) == napi_ok &&
         napi_set_named_property(env, object, name, value) == napi_ok;
}

static int make_values(napi_env env, napi_value object, struct context *context) {
  napi_value buffer, array;
  void *data = NULL;
  if (napi_create_arraybuffer(env, sizeof(double) * MOST_VALUES, &data, &buffer) != napi_ok ||
      napi_create_typedarray(env, napi_float64_array, MOST_VALUES, buffer, 0, &array) != napi_ok ||
      napi_create_reference(env, array, 1, &context->value_array) != napi_ok)
    return 0;
  context->values = data;
  return napi_set_named_property(env, object, "values", array) == napi_ok;
}

static int words_in(const char *text) {
  int words = 1;
  for (; *text != 0; text++) words += *text == ' ';
  return words;
}

static napi_value open_context(napi_env env, napi_callback_info info) {
  size_t count = 2, length = 0;
  napi_value argument[2], object;
  char name[16] = "";
  void *base = NULL;
  if (napi_get_cb_info(env, info, &count, argument, NULL, NULL) != napi_ok ||
      napi_get_value_string_utf8(env, argument[0], name, sizeof name, &length) != napi_ok)
    return refuse(env, "atif's addon: open: expected the name of an instruction set");
  const struct kernel_set *set = set_named(name);
  if (set == NULL) return refuse(env, "atif's addon: open: this instruction set is not built, or does not run here");
  if (napi_get_typedarray_info(env, argument[1], NULL, NULL, &base, NULL, NULL) != napi_ok || base == NULL)
    return refuse(env, "atif's addon: open: expected a Uint8Array on the memory");
  struct context *context = calloc(1, sizeof *context);
  size_t bytes = (set->context_bytes() + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE;
  void *pool = aligned_block(CACHE_LINE, bytes);
  if (context == NULL || pool == NULL) {
    free_aligned_block(pool);
    free(context);
    return refuse(env, "atif's addon: open: no memory for a context");
  }
  set->begin(pool);
  *context = (struct context){
      .set = set, .base = base, .pool = pool, .running = 1, .open = 1, .count = words_in(kernel_words)};
  if (napi_create_object(env, &object) == napi_ok &&
      napi_create_reference(env, argument[1], 1, &context->memory) == napi_ok && make_values(env, object, context) &&
      add_function(env, object, "call", call, context) && add_function(env, object, "resize", resize, context) &&
      add_function(env, object, "close", close_call, context) &&
      add_function(env, object, "firstOutside", first_outside_call, context) &&
      napi_add_env_cleanup_hook(env, leave, context) == napi_ok &&
      napi_add_finalizer(env, argument[1], context, forget, NULL, NULL) == napi_ok)
    return object;
  /* The context is left behind: a function that was made may still point to it. */
  return refuse(env, "atif's addon: open: Node refused");
}

NAPI_MODULE_INIT(/* napi_env env, napi_value exports */) {
  napi_value names, value;
  if (napi_create_array(env, &names) != napi_ok) return NULL;
  for (unsigned i = 0, found = 0; i < sizeof sets / sizeof *sets; i++) {
    if (!sets[i]->runs_here()) continue;
    if (napi_create_string_utf8(env, sets[i]->name, NAPI_AUTO_LENGTH, &value) != napi_ok ||
        napi_set_element(env, names, found++, value) != napi_ok)
      return NULL;
  }
  if (napi_create_string_utf8(env, kernel_words, NAPI_AUTO_LENGTH, &value) != napi_ok ||
      napi_set_named_property(env, exports, "kernels", value) != napi_ok ||
      napi_set_named_property(env, exports, "sets", names) != napi_ok ||
      !add_function(env, exports, "open", open_context, NULL))
    return NULL;
  return exports;
}
