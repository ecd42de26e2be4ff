/*
 * Convolution as a matrix product: rows are output positions, columns output channels, and the depth runs over taps
 * and input channels. See src/kernels/contract.ts for layouts.
 */

#include "depthwise.h"
#include "product.h"
#include "tile.h"
#include "windows.h"
#include "winograd.h"

/* ---- forward: y [positions, Cout] = windows of x [positions, taps * Cin] . w [taps * Cin, Cout] (+ bias) ---- */

struct forward {
  struct windows windows;
  float *y;       /* first channel of the group */
  const float *w; /* first output channel of the group */
  int Cout;
};

static const float *forward_a(const void *operands, int row, int rows, int p, int depth, float *room, int *stride) {
  const struct forward *forward = operands;
  if (taps_are_runs(&forward->windows)) {
    gather_taps(&forward->windows, row, rows, p, depth, room, *stride = rows);
    return room;
  }
  const float *in_place = windows_in_place(&forward->windows, row, p);
  *stride = in_place ? forward->windows.C : depth;
  if (in_place) return in_place;
  gather_windows(&forward->windows, row, rows, p, depth, room, depth);
  return room;
}

static void forward_b(const void *operands, int p, int depth, int j, int columns, int width, float *panel) {
  const struct forward *forward = operands;
  panel_of_rows(forward->w + p * forward->Cout + j, forward->Cout, depth, columns, width, panel);
}

static void forward_c(const void *operands, int row, int rows, float **c) {
  const struct forward *forward = operands;
  for (int r = 0; r < rows; r++) c[r] = forward->y + (row + r) * forward->Cout;
}

void conv2dForward(float *y, const float *x, const float *w, const float *bias, int N, int H, int W, int Cin, int Cout,
                   int KH, int KW, int SH, int SW, int PH, int PW, int groups) {
  struct convolution of = convolution_of(N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups);
  if (is_depthwise(&of)) {
    depthwise_forward(y, x, w, bias, &of);
    return;
  }
  for (int group = 0; group < groups; group++) {
    int first = group * of.channels_out;
    struct forward forward = {windows_of(&of, x, group), y + first, w + first, Cout};
    struct product product = {
        .m = N * of.OH * of.OW,
        .n = of.channels_out,
        .k = KH * KW * of.channels_in,
        .bias = bias ? bias + first : 0,
        .run = RUN,
        .operands = &forward,
        .a_by_columns = taps_are_runs(&forward.windows),
        .block_a = forward_a,
        .panel_b = forward_b,
        .rows_c = forward_c,
    };
    run_product(&product);
  }
}

/* ---- input gradient -------------------------------------------------------------------------------------------
 * Input row h meets tap kh of output row oh = (h + PH - kh) / SH where that is whole. So the rows h = SH i + phase all
 * meet the same taps, kh = first + SH t, at oh = i + (phase + PH - first) / SH - t, and one phase of rows and columns
 * is a convolution of dy of stride 1. Its taps are taken last to first, because then oh rises with th = taps - 1 - t.
 */

struct phase {
  int phase; /* h mod SH */
  int first; /* smallest kh */
  int taps;
  int start; /* oh of i = 0, th = 0 */
  int count; /* rows h of this phase */
};

static struct phase phase_of(int phase, int size, int kernel, int stride, int padding) {
  struct phase result = {.phase = phase, .first = (phase + padding) % stride};
  result.taps = result.first < kernel ? (kernel - result.first - 1) / stride + 1 : 0;
  result.start = (phase + padding - result.first) / stride - (result.taps - 1);
  result.count = phase < size ? (size - phase - 1) / stride + 1 : 0;
  return result;
}

struct input_grad {
  struct windows windows; /* on dy */
  const struct convolution *of;
  struct phase h, w;
  int group;
  float *dx;
  const float *weights;
};

static const float *input_grad_a(const void *operands, int row, int rows, int p, int depth, float *room, int *stride) {
  const struct input_grad *grad = operands;
  const float *in_place = windows_in_place(&grad->windows, row, p);
  *stride = in_place ? grad->windows.C : depth;
  if (in_place) return in_place;
  gather_windows(&grad->windows, row, rows, p, depth, room, depth);
  return room;
}

/* Row (th, tw, co) of B is w[kh, kw, :, co]. */
static void input_grad_b(const void *operands, int p, int depth, int j, int columns, int width, float *panel) {
  const struct input_grad *grad = operands;
  const struct convolution *of = grad->of;
  int channels = of->channels_out;
  for (int end = p + depth; p < end;) {
    int tap = p / channels, co = p - tap * channels;
    int th = tap / grad->w.taps, tw = tap - th * grad->w.taps;
    int kh = grad->h.first + of->SH * (grad->h.taps - 1 - th);
    int kw = grad->w.first + of->SW * (grad->w.taps - 1 - tw);
    int length = smaller(channels - co, end - p);
    const float *from =
        grad->weights + ((kh * of->KW + kw) * of->channels_in + j) * of->Cout + grad->group * channels + co;
    panel_of_columns(from, of->Cout, length, columns, width, panel);
    panel += length * width;
    p += length;
  }
}

static void input_grad_c(const void *operands, int row, int rows, float **c) {
  const struct input_grad *grad = operands;
  const struct convolution *of = grad->of;
  int j = row % grad->w.count;
  int i = row / grad->w.count % grad->h.count;
  int image = row / grad->w.count / grad->h.count;
  for (int r = 0; r < rows; r++) {
    int h = i * of->SH + grad->h.phase, w = j * of->SW + grad->w.phase;
    c[r] = grad->dx + ((image * of->H + h) * of->W + w) * of->Cin + grad->group * of->channels_in;
    if (++j == grad->w.count) {
      j = 0;
      if (++i == grad->h.count) {
        i = 0;
        image++;
      }
    }
  }
}

static void input_grad_of_phase(struct input_grad *grad) {
  const struct convolution *of = grad->of;
  grad->windows = (struct windows){
      .x = grad->windows.x,
      .H = of->OH,
      .W = of->OW,
      .C = of->Cout,
      .first_channel = grad->group * of->channels_out,
      .channels = of->channels_out,
      .rows = grad->h.count,
      .columns = grad->w.count,
      .step_h = 1,
      .step_w = 1,
      .start_h = grad->h.start,
      .start_w = grad->w.start,
      .KH = grad->h.taps,
      .KW = grad->w.taps,
  };
  struct product product = {
      .m = of->N * grad->h.count * grad->w.count,
      .n = of->channels_in,
      .k = grad->h.taps * grad->w.taps * of->channels_out,
      .run = RUN,
      .operands = grad,
      .block_a = input_grad_a,
      .panel_b = input_grad_b,
      .rows_c = input_grad_c,
  };
  run_product(&product);
}

void conv2dInputGrad(float *dx, const float *dy, const float *w, int N, int H, int W, int Cin, int Cout, int KH, int KW,
                     int SH, int SW, int PH, int PW, int groups) {
  struct convolution of = convolution_of(N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups);
  if (is_depthwise(&of)) {
    depthwise_input_grad(dx, dy, w, &of);
    return;
  }
  if (winograd_pays(&of)) {
    winograd_input_grad(dx, dy, w, &of);
    return;
  }
  for (int group = 0; group < groups; group++)
    for (int phase_h = 0; phase_h < smaller(SH, H); phase_h++)
      for (int phase_w = 0; phase_w < smaller(SW, W); phase_w++) {
        struct input_grad grad = {
            .windows = {.x = dy},
            .of = &of,
            .h = phase_of(phase_h, H, KH, SH, PH),
            .w = phase_of(phase_w, W, KW, SW, PW),
            .group = group,
            .dx = dx,
            .weights = w,
        };
        input_grad_of_phase(&grad);
      }
}

/* ---- weight gradient: dw [taps * Cin, Cout] = transposed windows of x . dy [positions, Cout] ---- */

struct weight_grad {
  struct windows windows;
  float *dw;       /* first output channel of the group */
  const float *dy; /* the same */
  int Cout;
};

static const float *weight_grad_a(const void *operands, int row, int rows, int p, int depth, float *room, int *stride) {
  const struct weight_grad *grad = operands;
  if (taps_are_runs(&grad->windows)) {
    gather_taps(&grad->windows, p, depth, row, rows, room, *stride = depth);
    return room;
  }
  const float *in_place = windows_in_place(&grad->windows, p, row);
  *stride = in_place ? grad->windows.C : rows;
  if (in_place) return in_place;
  gather_windows(&grad->windows, p, depth, row, rows, room, rows);
  return room;
}

static void weight_grad_b(const void *operands, int p, int depth, int j, int columns, int width, float *panel) {
  const struct weight_grad *grad = operands;
  panel_of_rows(grad->dy + p * grad->Cout + j, grad->Cout, depth, columns, width, panel);
}

static void weight_grad_c(const void *operands, int row, int rows, float **c) {
  const struct weight_grad *grad = operands;
  for (int r = 0; r < rows; r++) c[r] = grad->dw + (row + r) * grad->Cout;
}

void conv2dWeightGrad(float *dw, const float *dy, const float *x, int N, int H, int W, int Cin, int Cout, int KH,
                      int KW, int SH, int SW, int PH, int PW, int groups) {
  struct convolution of = convolution_of(N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups);
  if (is_depthwise(&of)) {
    depthwise_weight_grad(dw, dy, x, &of);
    return;
  }
  for (int group = 0; group < groups; group++) {
    int first = group * of.channels_out;
    struct weight_grad grad = {windows_of(&of, x, group), dw + first, dy + first, Cout};
    struct product product = {
        .m = KH * KW * of.channels_in,
        .n = of.channels_out,
        .k = N * of.OH * of.OW,
        .run = RUN,
        .operands = &grad,
        .a_by_columns = !taps_are_runs(&grad.windows),
        .block_a = weight_grad_a,
        .panel_b = weight_grad_b,
        .rows_c = weight_grad_c,
    };
    run_product(&product);
  }
}
