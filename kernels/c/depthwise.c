/* Depthwise convolution; see depthwise.h. Images are [N, H, W, C], weights [KH, KW, C]. */

#include "depthwise.h"

#include "scratch.h"
#include "simd.h"

enum { WIDE = 16 }; /* channels summed at a time: 4 registers */

/* The taps that one row (or column) of the result meets: kernel index and source index of the first, and how many. */
struct taps {
  int kernel, source, count;
};

/* Output row o sees input rows o * stride - padding + k. */
static struct taps taps_forward(int o, int input, int kernel, int stride, int padding) {
  int start = o * stride - padding;
  int first = larger(0, -start);
  return (struct taps){first, start + first, larger(0, smaller(kernel, input - start) - first)};
}

/* Input row i is seen by output rows (i + padding - k) / stride: every stride-th k, o falling. */
static struct taps taps_backward(int i, int output, int kernel, int stride, int padding) {
  int end = smaller(kernel, i + padding + 1);
  int first = larger((i + padding) % stride, i + padding - stride * (output - 1));
  if (output == 0 || first >= end) return (struct taps){0, 0, 0};
  return (struct taps){first, (i + padding - first) / stride, (end - first - 1) / stride + 1};
}

/* out[c] = start[c] + the sum over taps of source[tap, c] w[tap, c] */
struct window {
  float *out;
  const float *start, *source, *w;
  int rows, columns; /* taps */
  int source_row, source_column, w_row, w_column; /* steps from tap to tap, in floats */
  int C;
};

static inline __attribute__((always_inline)) void sum_channels(const struct window *window, int c, const int vectors) {
  f32x4 sum[WIDE / 4];
  for (int v = 0; v < vectors; v++) sum[v] = window->start ? load4(window->start + c + 4 * v) : splat4(0);
  for (int i = 0; i < window->rows; i++) {
    const float *source = window->source + i * window->source_row + c;
    const float *w = window->w + i * window->w_row + c;
    for (int j = 0; j < window->columns; j++, source += window->source_column, w += window->w_column)
      for (int v = 0; v < vectors; v++) sum[v] += load4(source + 4 * v) * load4(w + 4 * v);
  }
  for (int v = 0; v < vectors; v++) store4(window->out + c + 4 * v, sum[v]);
}

static void sum_window(const struct window *window) {
  int c = 0;
  for (; c + WIDE <= window->C; c += WIDE) sum_channels(window, c, WIDE / 4);
  for (; c + 4 <= window->C; c += 4) sum_channels(window, c, 1);
  for (; c < window->C; c++) {
    float sum = window->start ? window->start[c] : 0;
    for (int i = 0; i < window->rows; i++)
      for (int j = 0; j < window->columns; j++)
        sum += window->source[i * window->source_row + j * window->source_column + c] *
               window->w[i * window->w_row + j * window->w_column + c];
    window->out[c] = sum;
  }
}

struct depthwise_task {
  float *out;
  const float *source, *w, *bias;
  const struct convolution *of;
};

/* Rows of images so many that a chunk is worth handing over. */
static int row_grain(int elements_per_row) {
  return larger(1, ELEMENTS_PER_CHUNK / 4 / larger(1, elements_per_row));
}

static void forward_range(const void *argument, int begin, int end) {
  const struct depthwise_task *task = argument;
  const struct convolution *of = task->of;
  int C = of->Cin;
  struct window window = {
      .start = task->bias,
      .source_row = of->W * C,
      .source_column = C,
      .w_row = of->KW * C,
      .w_column = C,
      .C = C,
  };
  for (int row = begin; row < end; row++) {
    int image = row / of->OH;
    struct taps h = taps_forward(row - image * of->OH, of->H, of->KH, of->SH, of->PH);
    for (int column = 0; column < of->OW; column++) {
      struct taps w = taps_forward(column, of->W, of->KW, of->SW, of->PW);
      window.rows = w.count > 0 ? h.count : 0;
      window.columns = w.count;
      window.out = task->out + (row * of->OW + column) * C;
      if (window.rows > 0) {
        window.source = task->source + ((image * of->H + h.source) * of->W + w.source) * C;
        window.w = task->w + (h.kernel * of->KW + w.kernel) * C;
      }
      sum_window(&window);
    }
  }
}

void depthwise_forward(float *y, const float *x, const float *w, const float *bias, const struct convolution *of) {
  struct depthwise_task task = {y, x, w, bias, of};
  parallel_for(forward_range, &task, of->N * of->OH, row_grain(of->OW * of->Cin));
}

static void input_grad_range(const void *argument, int begin, int end) {
  const struct depthwise_task *task = argument;
  const struct convolution *of = task->of;
  int C = of->Cin;
  struct window window = {
      .source_row = -of->OW * C,
      .source_column = -C,
      .w_row = of->SH * of->KW * C,
      .w_column = of->SW * C,
      .C = C,
  };
  for (int row = begin; row < end; row++) {
    int image = row / of->H;
    struct taps h = taps_backward(row - image * of->H, of->OH, of->KH, of->SH, of->PH);
    for (int column = 0; column < of->W; column++) {
      struct taps w = taps_backward(column, of->OW, of->KW, of->SW, of->PW);
      window.rows = w.count > 0 ? h.count : 0;
      window.columns = w.count;
      window.out = task->out + (row * of->W + column) * C;
      if (window.rows > 0) {
        window.source = task->source + ((image * of->OH + h.source) * of->OW + w.source) * C;
        window.w = task->w + (h.kernel * of->KW + w.kernel) * C;
      }
      sum_window(&window);
    }
  }
}

void depthwise_input_grad(float *dx, const float *dy, const float *w, const struct convolution *of) {
  struct depthwise_task task = {dx, dy, w, 0, of};
  parallel_for(input_grad_range, &task, of->N * of->H, row_grain(of->W * of->Cin));
}

/* ---- weight gradient: dw[kh, kw, c] = the sum over positions of x[position, tap, c] dy[position, c] ---- */

struct weight_grad_task {
  float *sums; /* [chunks][KH][KW][C] */
  const float *x, *dy;
  const struct convolution *of;
  int grain;
};

/* sum[c] += the sum over count positions of x[position, c] dy[position, c] */
static inline __attribute__((always_inline)) void add_products(float *sum, const float *x, int x_step, const float *dy,
                                                                int C, int count, int c, const int vectors) {
  f32x4 total[WIDE / 4];
  for (int v = 0; v < vectors; v++) total[v] = load4(sum + c + 4 * v);
  const float *left = x + c, *right = dy + c;
  for (int i = 0; i < count; i++, left += x_step, right += C)
    for (int v = 0; v < vectors; v++) total[v] += load4(left + 4 * v) * load4(right + 4 * v);
  for (int v = 0; v < vectors; v++) store4(sum + c + 4 * v, total[v]);
}

static void weight_grad_range(const void *argument, int begin, int end) {
  const struct weight_grad_task *task = argument;
  const struct convolution *of = task->of;
  int C = of->Cin;
  float *sums = task->sums + begin / task->grain * of->KH * of->KW * C;
  for (int i = 0; i < of->KH * of->KW * C; i++) sums[i] = 0;

  for (int row = begin; row < end; row++) {
    int image = row / of->OH;
    struct taps h = taps_forward(row - image * of->OH, of->H, of->KH, of->SH, of->PH);
    for (int i = 0; i < h.count; i++)
      for (int kw = 0; kw < of->KW; kw++) {
        /* Output columns whose tap kw lies inside the image. */
        int first = of->PW > kw ? ceil_divide(of->PW - kw, of->SW) : 0;
        int room = of->W - 1 + of->PW - kw;
        int count = room < 0 ? 0 : smaller(of->OW, room / of->SW + 1) - first;
        if (count <= 0) continue;
        const float *x = task->x + ((image * of->H + h.source + i) * of->W + first * of->SW - of->PW + kw) * C;
        const float *dy = task->dy + (row * of->OW + first) * C;
        float *sum = sums + ((h.kernel + i) * of->KW + kw) * C;
        int c = 0, step = of->SW * C;
        for (; c + WIDE <= C; c += WIDE) add_products(sum, x, step, dy, C, count, c, WIDE / 4);
        for (; c + 4 <= C; c += 4) add_products(sum, x, step, dy, C, count, c, 1);
        for (; c < C; c++)
          for (int q = 0; q < count; q++) sum[c] += x[q * step + c] * dy[q * C + c];
      }
  }
}

void depthwise_weight_grad(float *dw, const float *dy, const float *x, const struct convolution *of) {
  enum { MOST_CHUNKS = 16 };
  int rows = of->N * of->OH, size = of->KH * of->KW * of->Cin;
  int chunks = larger(1, smaller(MOST_CHUNKS, SHARED_SCRATCH_FLOATS / larger(1, size)));
  struct weight_grad_task task = {.x = x, .dy = dy, .of = of};
  task.grain = grain_for(rows, 1, chunks);
  chunks = chunk_count(rows, task.grain);
  task.sums = chunks > 1 ? shared_scratch() : dw;
  if (chunks == 0) weight_grad_range(&task, 0, 0);
  parallel_for(weight_grad_range, &task, rows, task.grain);
  if (chunks > 1)
    for (int i = 0; i < size; i++) {
      float sum = task.sums[i];
      for (int chunk = 1; chunk < chunks; chunk++) sum += task.sums[chunk * size + i];
      dw[i] = sum;
    }
}
