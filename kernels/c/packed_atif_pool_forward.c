/*
 * Batch normalisation of evaluation, ATIF or IFSRL and max pooling in one go: the input is read once, in the order in which
 * it lies, and what is stored is v and a bit for each pooled neuron and step. Eight channels of two pixels go through all
 * steps with their v in registers; what they fire is ORed into the byte of their window. Twin:
 * reference/packed-atif-pool.ts.
 */

#include "parallel.h"
#include "pooled_firing.h"
#include "tail.h"
#include "wide.h"

/* Some channels of a row of windows: `bytes` times eight from `channel` on, the last byte may have fewer. */
struct firing_row {
  int first; /* neuron, at the first pixel */
  int height, channel, bytes;
  unsigned char *bits; /* of the first window and step; null if the map cuts the row off */
  int bits_step, bits_window;
};

static inline struct firing_row firing_row_of(const struct firing *of, int image, int i, int channel, int channels) {
  int *bits = of->bits + (image * of->OH + i) * of->OW * of->words;
  return (struct firing_row){
      .first = (image * of->H + i * of->KH) * of->W * of->C + channel,
      .height = smaller(of->KH, of->H - i * of->KH),
      .channel = channel,
      .bytes = ceil_divide(channels, BYTE_BITS),
      .bits = i < of->OH ? (unsigned char *)bits + channel / BYTE_BITS : 0,
      .bits_step = of->N * of->OH * of->OW * of->words * (int)sizeof(int),
      .bits_window = of->words * (int)sizeof(int),
  };
}

/*
 * Eight neurons of each of two pixels, or twice the same ones: inputs at a and b, potentials at first_a and first_b. Returns
 * a sum that is finite only if all v are.
 */
#if LANES > 4
static inline __attribute__((always_inline)) f32x4 fire_pair(const struct firing *of, const float *a, const float *b,
                                                             int step, int first_a, int first_b, int channel,
                                                             unsigned char *bits, int bits_step, int opens,
                                                             const int still) {
  f32x8 none = {0}, scale = 1.0f - none, shift = -0.0f - none;
  if (of->scale) {
    scale = LOAD(f32x8, of->scale + channel);
    shift = LOAD(f32x8, of->shift + channel);
  }
  f32x8 v_a = none, v_b = none, in_a = none, in_b = none;
  if (of->v0) {
    v_a = LOAD(f32x8, of->v0 + first_a);
    v_b = LOAD(f32x8, of->v0 + first_b);
  }
  for (int t = 0; t < of->T; t++, a += step, b += step, bits += bits_step) {
    if (!still || t == 0) {
      in_a = LOAD(f32x8, a) * scale + shift;
      in_b = LOAD(f32x8, b) * scale + shift;
    }
    unsigned fired = fire_finite8(&v_a, in_a, of->theta) | fire_finite8(&v_b, in_b, of->theta);
    *bits = (unsigned char)(opens ? fired : fired | *bits);
  }
  STORE(f32x8, of->v + first_a, v_a);
  STORE(f32x8, of->v + first_b, v_b);
  f32x8 sum = v_a + v_b;
  return __builtin_shufflevector(sum, sum, 0, 1, 2, 3) + __builtin_shufflevector(sum, sum, 4, 5, 6, 7);
}
#else
static inline __attribute__((always_inline)) f32x4 fire_pair(const struct firing *of, const float *a, const float *b,
                                                             int step, int first_a, int first_b, int channel,
                                                             unsigned char *bits, int bits_step, int opens,
                                                             const int still) {
  f32x4 v[4], input[4], theta = splat4(of->theta);
  /* * 1 + -0 changes nothing, -0 neither. */
  f32x4 scale[2] = {splat4(1), splat4(1)}, shift[2] = {splat4(-0.0f), splat4(-0.0f)};
  for (int k = 0; k < 2 && of->scale; k++) {
    scale[k] = load4(of->scale + channel + 4 * k);
    shift[k] = load4(of->shift + channel + 4 * k);
  }
  for (int k = 0; k < 4; k++) {
    v[k] = of->v0 ? load4(of->v0 + (k < 2 ? first_a : first_b) + 4 * (k % 2)) : splat4(0);
    if (still) input[k] = load4((k < 2 ? a : b) + 4 * (k % 2)) * scale[k % 2] + shift[k % 2];
  }
  for (int left = of->T; left > 0; left--, a += step, b += step, bits += bits_step) {
    i32x4 z[2];
    for (int k = 0; k < 4; k++) {
      f32x4 u = v[k] + (still ? input[k] : load4((k < 2 ? a : b) + 4 * (k % 2)) * scale[k % 2] + shift[k % 2]);
      i32x4 fires = u >= theta;
      v[k] = u - (f32x4)(fires & (i32x4)theta);
      z[k % 2] = k < 2 ? fires : z[k % 2] | fires;
    }
    unsigned fired = bits_of8(z[0], z[1]);
    *bits = (unsigned char)(opens ? fired : fired | *bits);
  }
  for (int k = 0; k < 4; k++) store4(of->v + (k < 2 ? first_a : first_b) + 4 * (k % 2), v[k]);
  return (v[0] + v[1]) + (v[2] + v[3]);
}
#endif


/* Whole bytes, x and v in the order in which they lie. Returns whether the bits are right: only if all v are finite. */
static inline __attribute__((always_inline)) int fire_pairs(const struct firing *of, const struct firing_row *row,
                                                            const struct firing_input *from, const int still) {
  f32x4 sum = {0};
  unsigned char nowhere = 0;
  for (int h = 0; h < row->height; h++)
    for (int w = 0, j = 0, in_window = 0; w < of->W;) {
      int pooled = row->bits && j < of->OW, opens = h + in_window == 0;
      int pair = in_window + 1 < of->KW && w + 1 < of->W; /* else the last one of a window, twice */
      int first = row->first + (h * of->W + w) * of->C, other = pair ? of->C : 0;
      const float *x = from->x + h * from->row + w * from->pixel;
      unsigned char *bits = pooled ? row->bits + j * row->bits_window : &nowhere;
      for (int byte = 0; byte < row->bytes; byte++, first += BYTE_BITS, x += BYTE_BITS, bits += pooled)
        sum += fire_pair(of, x, x + (pair ? from->pixel : 0), from->step, first, first + other,
                         row->channel + byte * BYTE_BITS, bits, pooled ? row->bits_step : 0, opens, still);
      w += 1 + pair;
      in_window += 1 + pair;
      if (in_window < of->KW) continue;
      in_window = 0;
      j++;
    }
  return is_finite4(sum);
}

/* Any number of channels, whatever their numbers. */
static __attribute__((noinline, cold)) void fire_any(const struct firing *of, const struct firing_row *row,
                                               const struct firing_input *from) {
  for (int h = 0; h < row->height; h++)
    for (int w = 0; w < of->W; w++)
      for (int byte = 0; byte < row->bytes; byte++) {
        int channel = row->channel + byte * BYTE_BITS, count = smaller(BYTE_BITS, of->C - channel), j = w / of->KW;
        float *v = of->v + row->first + (h * of->W + w) * of->C + byte * BYTE_BITS;
        for (int c = 0; c < count; c++) v[c] = of->v0 ? of->v0[v - of->v + c] : 0;
        for (int t = 0; t < of->T; t++) {
          const float *x = from->x + h * from->row + w * from->pixel + t * from->step + byte * BYTE_BITS;
          unsigned fired = 0;
          for (int c = 0; c < count; c += 4) {
            int left = count - c;
            f32x4 state = load_up_to4(v + c, left), input = load_up_to4(x + c, left);
            if (of->scale)
              input = input * load_up_to4(of->scale + channel + c, left) + load_up_to4(of->shift + channel + c, left);
            fired |= bits_of4(run4(&state, input, of->theta) >= 0.0f) << c;
            store_up_to4(v + c, state, left);
          }
          if (!row->bits || j >= of->OW) continue;
          unsigned char *bits = row->bits + t * row->bits_step + j * row->bits_window + byte;
          unsigned before = h + w % of->KW > 0 ? *bits : 0;
          *bits = (unsigned char)(before | (fired & lowest_bits(count)));
        }
      }
}

/* The bytes of row i that have no channel. */
static inline void clear_bytes(const struct firing *of, int image, int i) {
  int bytes = ceil_divide(of->C, BYTE_BITS), row_bytes = of->words * (int)sizeof(int);
  if (i >= of->OH || bytes == row_bytes) return;
  for (int t = 0; t < of->T; t++) {
    unsigned char *bits = (unsigned char *)(of->bits + ((t * of->N + image) * of->OH + i) * of->OW * of->words);
    for (int j = 0; j < of->OW; j++, bits += row_bytes)
      for (int b = bytes; b < row_bytes; b++) bits[b] = 0;
  }
}

void fire_row(const struct firing *of, int image, int i, int channel, int channels, struct firing_input from) {
  int whole = channels / BYTE_BITS * BYTE_BITS;
  struct firing_row row = firing_row_of(of, image, i, channel, whole);
  if (!of->quick || !(from.step == 0 ? fire_pairs(of, &row, &from, 1) : fire_pairs(of, &row, &from, 0)))
    fire_any(of, &row, &from);
  if (channel + channels < of->C) return;
  if (whole < channels) {
    row = firing_row_of(of, image, i, channel + whole, channels - whole);
    from.x += whole;
    fire_any(of, &row, &from);
  }
  clear_bytes(of, image, i);
}

/* ---- a stored input ---- */

struct task {
  struct firing of;
  const float *x;
  int step; /* elements of x from a step to the next, 0 for the same x at every step */
};

enum { NEURONS_OF_CHUNK = 1 << 14 };

/* An index is a row of windows of an image. */
static void windows_range(const void *argument, int begin, int end) {
  const struct task *task = argument;
  const struct firing *of = &task->of;
  int rows = firing_rows(of), row = of->W * of->C;
  for (int index = begin; index < end; index++) {
    int image = index / rows, i = index % rows;
    struct firing_input from = {task->x + (image * of->H + i * of->KH) * row, task->step, row, of->C};
    fire_row(of, image, i, 0, of->C, from);
  }
}

void packedAtifPoolForward(int *bits, float *v, const float *x, const float *normScale, const float *normShift,
                           const float *v0, const float *theta, int T, int N, int H, int W, int C, int KH, int KW,
                           int still) {
  struct task task = {firing_of(bits, v, normScale, normShift, v0, theta[0], T, N, H, W, C, KH, KW), x,
                      still ? 0 : N * H * W * C};
  int row = smaller(KH, H) * W * C;
  parallel_for(windows_range, &task, N * firing_rows(&task.of), larger(1, NEURONS_OF_CHUNK / larger(1, row)));
}
