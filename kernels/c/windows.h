/*
 * The windows that a convolution slides over channels-last images, as rows of a matrix that is never stored whole.
 *
 * Row `position` = (image, i, j), 0 <= i < rows, 0 <= j < columns; column k = (th, tw, c). The element is
 * x[image, i * step_h + start_h + th, j * step_w + start_w + tw, first_channel + c], or 0 outside the image.
 */
#ifndef ATIF_WINDOWS_H
#define ATIF_WINDOWS_H

#include "parallel.h"

struct windows {
  const float *x;
  int H, W, C;                 /* image */
  int first_channel, channels; /* the group */
  int rows, columns;           /* of positions, per image */
  int step_h, step_w;
  int start_h, start_w;
  int KH, KW; /* taps */
};

/* Sizes of a convolution, as the contract has them. */
struct convolution {
  int N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups;
  int OH, OW;
  int channels_in, channels_out; /* per group */
};

static inline int output_size(int size, int kernel, int stride, int padding) {
  int room = size + 2 * padding - kernel;
  return room < 0 ? 0 : room / stride + 1;
}

static inline struct convolution convolution_of(int N, int H, int W, int Cin, int Cout, int KH, int KW, int SH, int SW,
                                                int PH, int PW, int groups) {
  return (struct convolution){
      N, H, W, Cin, Cout, KH, KW, SH, SW, PH, PW, groups,
      .OH = output_size(H, KH, SH, PH),
      .OW = output_size(W, KW, SW, PW),
      .channels_in = Cin / groups,
      .channels_out = Cout / groups,
  };
}

/* The windows that the outputs of one group see. */
static inline struct windows windows_of(const struct convolution *of, const float *x, int group) {
  return (struct windows){
      .x = x,
      .H = of->H,
      .W = of->W,
      .C = of->Cin,
      .first_channel = group * of->channels_in,
      .channels = of->channels_in,
      .rows = of->OH,
      .columns = of->OW,
      .step_h = of->SH,
      .step_w = of->SW,
      .start_h = -of->PH,
      .start_w = -of->PW,
      .KH = of->KH,
      .KW = of->KW,
  };
}

INTERNAL_BEGIN

/* Copies `count` rows from `position` on, of each the `depth` columns from k on, to out[count][stride]. */
void gather_windows(const struct windows *windows, int position, int count, int k, int depth, float *out, int stride);

/* Whether gather_taps() can be used: one channel, columns side by side. */
static inline int taps_are_runs(const struct windows *windows) { return windows->C == 1 && windows->step_w == 1; }

/* The same transposed, to out[depth][stride]: in a row, what one tap sees at `count` positions. */
void gather_taps(const struct windows *windows, int position, int count, int k, int depth, float *out, int stride);

/*
 * Points to the same elements where they lie, if the windows are single pixels in order (1 x 1 kernel, stride 1, no
 * padding); null otherwise. Rows are windows->C apart.
 */
const float *windows_in_place(const struct windows *windows, int position, int k);

INTERNAL_END

#endif
