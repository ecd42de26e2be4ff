/* Gathers the windows of a convolution. */

#include "windows.h"

#include "simd.h"

static inline void copy(float *to, const float *from, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store4(to + i, load4(from + i));
  for (; i < n; i++) to[i] = from[i];
}

static inline void clear(float *to, int n) {
  int i = 0;
  for (; i + 4 <= n; i += 4) store4(to + i, splat4(0));
  for (; i < n; i++) to[i] = 0;
}

/* to[i * to_step] ... = from[i * from_step] ..., n each */
static void copy_runs(float *to, int to_step, const float *from, int from_step, int count, int n) {
  if (n == 4) {
    for (int i = 0; i < count; i++) store4(to + i * to_step, load4(from + i * from_step));
  } else if (n >= 8) {
    for (int i = 0; i < count; i++) copy(to + i * to_step, from + i * from_step, n);
  } else {
    /* A loop of three or five rounds costs more than it copies. */
    for (int j = 0; j < n; j++)
      for (int i = 0; i < count; i++) to[i * to_step + j] = from[i * from_step + j];
  }
}

/*
 * All channels are in the group, so the taps of one row of a window lie side by side: elements from <= o < to of
 * windows->KW * windows->C. `image_row` is null for a row outside the image.
 */
static void gather_dense(const struct windows *windows, const float *image_row, int j, int count, int from, int to,
                         float *out, int stride) {
  int C = windows->C, width = windows->W * C;
  int start = (j * windows->step_w + windows->start_w) * C, step = windows->step_w * C;
  while (count > 0) {
    int low = larger(from, smaller(to, -start)), high = larger(low, smaller(to, width - start));
    if (!image_row) low = high = to;
    int run = 1;
    if (low == from && high == to) {
      /* This window and those after it lie inside the image row. */
      run = smaller(count, (width - to - start) / step + 1);
      copy_runs(out, stride, image_row + start + from, step, run, to - from);
    } else {
      clear(out, low - from);
      if (high > low) copy(out + low - from, image_row + start + low, high - low);
      clear(out + high - from, to - high);
    }
    count -= run;
    start += run * step;
    out += run * stride;
  }
}

/* The same when the group has some of the channels: tap by tap, each for all positions. */
static void gather_group(const struct windows *windows, const float *image_row, int j, int count, int from, int to,
                         float *out, int stride) {
  int channels = windows->channels, step = windows->step_w;
  for (int o = from; o < to;) {
    int tap = o / channels, c = o - tap * channels;
    int n = smaller(channels - c, to - o);
    /* Column of the image at the first position; positions low <= q < high lie inside. */
    int w = j * step + windows->start_w + tap;
    int low = w < 0 ? smaller(count, ceil_divide(-w, step)) : 0;
    int high = w < windows->W ? larger(low, smaller(count, ceil_divide(windows->W - w, step))) : low;
    if (!image_row) low = high = count;
    for (int q = 0; q < low; q++) clear(out + q * stride, n);
    if (high > low) {
      const float *source = image_row + (w + low * step) * windows->C + windows->first_channel + c;
      copy_runs(out + low * stride, stride, source, step * windows->C, high - low, n);
    }
    for (int q = high; q < count; q++) clear(out + q * stride, n);
    out += n;
    o += n;
  }
}

void gather_windows(const struct windows *windows, int position, int count, int k, int depth, float *out, int stride) {
  int j = position % windows->columns;
  int i = position / windows->columns % windows->rows;
  int image = position / windows->columns / windows->rows;
  int row_length = windows->KW * windows->channels;
  int all_channels = windows->channels == windows->C;

  while (count > 0) {
    /* Positions that see the same rows of the image. */
    int run = smaller(count, windows->columns - j);
    float *to = out;
    for (int at = k; at < k + depth;) {
      int th = at / row_length, from = at - th * row_length;
      int length = smaller(row_length - from, k + depth - at);
      int h = i * windows->step_h + windows->start_h + th;
      const float *image_row = 0;
      if (h >= 0 && h < windows->H) image_row = windows->x + (image * windows->H + h) * windows->W * windows->C;
      if (all_channels)
        gather_dense(windows, image_row, j, run, from, from + length, to, stride);
      else
        gather_group(windows, image_row, j, run, from, from + length, to, stride);
      to += length;
      at += length;
    }
    out += run * stride;
    count -= run;
    j = 0;
    if (++i == windows->rows) {
      i = 0;
      image++;
    }
  }
}

void gather_taps(const struct windows *windows, int position, int count, int k, int depth, float *out, int stride) {
  int j = position % windows->columns;
  int i = position / windows->columns % windows->rows;
  int image = position / windows->columns / windows->rows;
  for (; count > 0; j = 0) {
    int run = smaller(count, windows->columns - j);
    for (int tap = k; tap < k + depth; tap++) {
      int h = i * windows->step_h + windows->start_h + tap / windows->KW, w = j + windows->start_w + tap % windows->KW;
      int low = smaller(run, larger(0, -w)), high = larger(low, smaller(run, windows->W - w));
      float *to = out + (tap - k) * stride;
      if (h < 0 || h >= windows->H) low = high = run;
      clear(to, low);
      copy(to + low, windows->x + (image * windows->H + h) * windows->W + w + low, high - low);
      clear(to + high, run - high);
    }
    out += run;
    count -= run;
    if (++i < windows->rows) continue;
    i = 0;
    image++;
  }
}

const float *windows_in_place(const struct windows *windows, int position, int k) {
  if (windows->KH != 1 || windows->KW != 1 || windows->start_h != 0 || windows->start_w != 0) return 0;
  if (windows->step_h != 1 || windows->step_w != 1) return 0;
  if (windows->rows != windows->H || windows->columns != windows->W) return 0;
  return windows->x + position * windows->C + windows->first_channel + k;
}
