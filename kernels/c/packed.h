/*
 * Packed spikes ("bits"): of rows [rows, C], words [rows, ceil(C / 32)]. Channel c is bit c % 32 of word c / 32; the bits
 * of a last word at or above C are 0.
 */
#ifndef ATIF_PACKED_H
#define ATIF_PACKED_H

#include "parallel.h"
#include "simd.h"

enum { WORD_BITS = 32 };

static inline int packed_words(int C) { return ceil_divide(C, WORD_BITS); }

/* Channels of word `word` of a row: 32, or fewer in the last one. */
static inline int channels_of_word(int word, int C) { return smaller(C - word * WORD_BITS, WORD_BITS); }

/* The lowest `count` bits, 1 <= count <= 32. */
static inline unsigned lowest_bits(int count) { return ~0u >> (WORD_BITS - count); }

/* Bit i is lane i of a comparison. */
static inline unsigned bits_of4(i32x4 mask) {
#ifdef __wasm_simd128__
  return (unsigned)wasm_i32x4_bitmask((v128_t)mask);
#elif defined(__SSE4_1__)
  return (unsigned)_mm_movemask_ps((__m128)mask);
#else
  return (mask[0] & 1u) | (mask[1] & 2u) | (mask[2] & 4u) | (mask[3] & 8u);
#endif
}

/* Bit i is lane i % 4 of mask i / 4. */
static inline unsigned bits_of8(i32x4 a, i32x4 b) {
#ifdef __wasm_simd128__
  return (unsigned)wasm_i16x8_bitmask(wasm_i16x8_narrow_i32x4((v128_t)a, (v128_t)b));
#elif defined(__SSE4_1__)
  return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32((__m128i)a, (__m128i)b), _mm_setzero_si128()));
#else
  return bits_of4(a) | bits_of4(b) << 4;
#endif
}
static inline unsigned bits_of16(i32x4 a, i32x4 b, i32x4 c, i32x4 d) {
#ifdef __wasm_simd128__
  v128_t low = wasm_i16x8_narrow_i32x4((v128_t)a, (v128_t)b), high = wasm_i16x8_narrow_i32x4((v128_t)c, (v128_t)d);
  return (unsigned)wasm_i8x16_bitmask(wasm_i8x16_narrow_i16x8(low, high));
#elif defined(__SSE4_1__)
  return (unsigned)_mm_movemask_epi8(_mm_packs_epi16(_mm_packs_epi32((__m128i)a, (__m128i)b), _mm_packs_epi32((__m128i)c, (__m128i)d)));
#else
  return bits_of4(a) | bits_of4(b) << 4 | bits_of4(c) << 8 | bits_of4(d) << 12;
#endif
}

/* Lane i is -1 where bit i of the word is 1, else 0. */
static inline i32x4 lanes_of4(unsigned word) {
  i32x4 bit = {1, 2, 4, 8};
  return (splat4i((int)word) & bit) == bit;
}

/*
 * The eight such vectors of a word, the last first, in three instructions each:
 *
 *   i32x4 signs = signs_of_word(word);
 *   for (int i = 28; i >= 0; i -= 4) ... next_lanes(&signs)
 */
static inline i32x4 signs_of_word(unsigned word) { return (i32x4)((u32x4)splat4i((int)word) * (u32x4){8, 4, 2, 1}); }
static inline i32x4 next_lanes(i32x4 *signs) {
  i32x4 lanes = *signs >> 31;
  *signs = (i32x4)((u32x4)*signs << 4);
  return lanes;
}

#endif
