/* What the cases of kernels/apart share: arrays as heap blocks of exactly their size, at any word, and numbers of every kind. */
#pragma once

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WORD = 4, NOT_FINITE = 0x7f800000 };

static char label[128];

static inline void fail(const char *sentence) {
  fprintf(stderr, "sanitize: kernels/apart: %s (%s)\n", sentence, label);
  exit(1);
}

/* The block ends where the array ends; before it lie some words that are not the array's. */
static inline void *block(size_t bytes, int words) {
  char *all = malloc((size_t)words * WORD + bytes);
  if (!all) fail("out of memory");
  memset(all, 0x5a, (size_t)words * WORD);
  return all + words * WORD;
}

static inline void release(void *array, int words) {
  const char *all = (char *)array - words * WORD;
  for (int i = 0; i < words * WORD; i++)
    if (all[i] != 0x5a) fail("the words before an array were written");
  free((char *)array - words * WORD);
}

static uint32_t state = 1;
static inline uint32_t next(void) {
  state ^= state << 13;
  state ^= state >> 17;
  return state ^= state << 5;
}

static inline float of_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline uint32_t bits_of(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

enum kind { FINITE, SUBNORMAL, LARGEST, INFINITE, NOTHING, KINDS };
static const char *const kind_names[] = {"finite", "subnormal", "the largest", "infinite", "not a number"};

static inline float number(enum kind kind) {
  const uint32_t sign = next() & 0x80000000u, bits = next();
  switch (next() % 8 == 0 ? kind : FINITE) {
    case SUBNORMAL: return of_bits(sign | (bits & 0x7fffff));
    case LARGEST: return of_bits(sign | 0x7f7fffff);
    case INFINITE: return of_bits(sign | NOT_FINITE);
    case NOTHING: return of_bits(sign | NOT_FINITE | 1 | (bits & 0x7fffff));
    default: return bits % 5 == 0 ? of_bits(sign) : of_bits(sign | (bits & 0x7fffff) | ((100 + bits % 60) << 23));
  }
}
