/*
 * Winograd's minimal filtering F(2 x 2, 3 x 3) for the input gradient: 16 multiplications where the product of windows
 * does 36.
 *
 * dx[h, w, ci] = sum over a, b < 3 and co of dy[h + PH - 2 + a, w + PW - 2 + b, co] g[a, b], g[a, b] = w[2-a, 2-b, ci, co].
 * A tile d of 4 x 4 of dy gives 2 x 2 of dx:
 *
 *   U = G g G^T,  V = B^T d B,  M = sum over co of U V (elementwise in the 16 places),  dx = A^T M A
 *
 *   B^T = | 1  0 -1  0 |   G = | 1    0   0  |   A^T = | 1  1  1  0 |
 *         | 0  1  1  0 |       | 1/2  1/2 1/2|         | 0  1 -1 -1 |
 *         | 0 -1  1  0 |       | 1/2 -1/2 1/2|
 *         | 0  1  0 -1 |       | 0    0   1  |
 *
 * For each place, V [tiles, Cout] times U [Cout, Cin] is a matrix product. B and A hold 0 and 1 only, so little is lost:
 * kernels/RULES.md states the bound. Gradients decide no spike; the forward pass is never computed like this.
 *
 * Source: A. Lavin, S. Gray, "Fast Algorithms for Convolutional Neural Networks", 2015, section 4.1
 */

#include "winograd.h"
#include "product.h"
#include "scratch.h"
#include "tile.h"

enum {
  OUT = 2, /* a tile of dx is OUT x OUT, its tile of dy IN x IN */
  IN = 4,
  PLACES = IN * IN,
  TILES_AT_ONCE = 32, /* with 64 + 32 channels, V and M take 192 KiB and U 128 KiB: level 2 cache */
  LEAST_TILES = 8,
  MOST_CHANNELS = 1024,
};

static const float zeros[MOST_CHANNELS];

struct gradient {
  const struct convolution *of;
  float *dx;
  const float *dy, *w;
  float *u;       /* [place][panel][co][width], panels of input channels */
  int rows, columns; /* tiles of an image */
  int tiles, at_once;
};

/* From one place to the next in V or M: an odd number of cache lines, or all places of a tile would share a few sets. */
static inline int step_of(int tiles, int channels) { return (tiles * channels + 31) / 32 * 32 + 16; }

static int tiles_at_once(const struct convolution *of) {
  int fit = (THREAD_SCRATCH_FLOATS / PLACES - 2 * 48) / (of->Cout + of->Cin);
  return smaller(TILES_AT_ONCE, fit & -TILE_ROWS);
}

/* Decides which algorithm is used, so it does not depend on the width of vectors. */
static int u_floats(const struct convolution *of) {
  return PLACES * of->Cout * (ceil_divide(of->Cin, 8) * 8);
}

int winograd_pays(const struct convolution *of) {
  if (of->KH != 3 || of->KW != 3 || of->SH != 1 || of->SW != 1 || of->PH > 2 || of->PW > 2 || of->groups != 1) return 0;
  /* Few channels: the transforms cost more than they save. Few pixels: most tiles stick out. */
  if (of->Cin % 4 || of->Cout % 4 || of->Cin < 16 || of->Cout < 32 || of->H < 4 || of->W < 4) return 0;
  if (of->Cin > MOST_CHANNELS || of->Cout > MOST_CHANNELS) return 0;
  return u_floats(of) <= SHARED_SCRATCH_FLOATS && tiles_at_once(of) >= LEAST_TILES;
}

/* ---- U = G g G^T, one panel of input channels ---- */

static inline void row_of_g(float out[IN], float a, float b, float c) {
  float ends = 0.5f * (a + c), middle = 0.5f * b;
  out[0] = a;
  out[1] = ends + middle;
  out[2] = ends - middle;
  out[3] = c;
}

static void transform_weights(const void *argument, int begin, int end) {
  const struct gradient *task = argument;
  const struct convolution *of = task->of;
  int Cin = of->Cin, Cout = of->Cout, panels = ceil_divide(Cin, PANEL);
  for (int panel = begin; panel < end; panel++) {
    int width = panel_width(Cin - panel * PANEL);
    int columns = smaller(PANEL, Cin - panel * PANEL);
    for (int co = 0; co < Cout; co++) {
      for (int j = 0; j < columns; j++) {
        int ci = panel * PANEL + j;
        float half[3][IN];
        for (int a = 0; a < 3; a++) {
          const float *w = task->w + ((2 - a) * 3 * Cin + ci) * Cout + co;
          int step = Cin * Cout;
          row_of_g(half[a], w[2 * step], w[step], w[0]);
        }
        for (int b = 0; b < IN; b++) {
          float column[IN];
          row_of_g(column, half[0][b], half[1][b], half[2][b]);
          for (int a = 0; a < IN; a++)
            task->u[((a * IN + b) * panels + panel) * Cout * PANEL + co * width + j] = column[a];
        }
      }
#if LANES > 4 /* 4 lanes fill their panels: the number of channels is a multiple of 4 */
      for (int place = 0; place < PLACES; place++)
        for (int j = columns; j < width; j++)
          task->u[(place * panels + panel) * Cout * PANEL + co * width + j] = 0;
#endif
    }
  }
}

/* ---- V = B^T d B of one tile, all channels; dx = A^T M A of one tile ---- */

#define TRANSFORM transform_channels
#define FINISH finish_channels
#define VECTOR fN
#include "winograd_channels.h"
#if LANES > 4 /* of the last channels, whose number is a multiple of 4 */
#define TRANSFORM transform_four_channels
#define FINISH finish_four_channels
#define VECTOR f32x4
#include "winograd_channels.h"
#endif

static void transform_tile(const struct gradient *task, int image, int i, int j, float *v, int step) {
  const struct convolution *of = task->of;
  int Cout = of->Cout, top = OUT * i + of->PH - 2, left = OUT * j + of->PW - 2;
  const float *pixel[IN][IN]; /* outside of dy, zeros: the loop over channels asks no questions */
  for (int a = 0; a < IN; a++)
    for (int b = 0; b < IN; b++) {
      int row = top + a, column = left + b;
      int inside = row >= 0 && row < of->OH && column >= 0 && column < of->OW;
      pixel[a][b] = inside ? task->dy + ((image * of->OH + row) * of->OW + column) * Cout : zeros;
    }
  int c = 0;
  for (; c + LANES <= Cout; c += LANES) transform_channels(v, step, pixel, c);
#if LANES > 4
  for (; c < Cout; c += 4) transform_four_channels(v, step, pixel, c);
#endif
}

static void finish_tile(const struct gradient *task, int image, int i, int j, const float *m, int step) {
  const struct convolution *of = task->of;
  int Cin = of->Cin, rows = smaller(OUT, of->H - OUT * i), columns = smaller(OUT, of->W - OUT * j);
  float *dx = task->dx + ((image * of->H + OUT * i) * of->W + OUT * j) * Cin;
  int c = 0;
  for (; c + LANES <= Cin; c += LANES) finish_channels(dx, of->W * Cin, Cin, rows, columns, m, step, c);
#if LANES > 4
  for (; c < Cin; c += 4) finish_four_channels(dx, of->W * Cin, Cin, rows, columns, m, step, c);
#endif
}

/* ---- M = V U for the tiles at hand, place by place ---- */

static void multiply_places(const struct gradient *task, const float *v, float *m, int rows) {
  int Cin = task->of->Cin, Cout = task->of->Cout, panels = ceil_divide(Cin, PANEL);
  for (int place = 0; place < PLACES; place++)
    for (int panel = 0; panel < panels; panel++) {
      int columns = smaller(PANEL, Cin - panel * PANEL);
      for (int row = 0; row < rows; row += TILE_ROWS) {
        float *c[TILE_ROWS];
        for (int r = 0; r < TILE_ROWS; r++) c[r] = m + place * step_of(task->at_once, Cin) + (row + r) * Cin;
        struct tile tile = {
            .c = c,
            .column = panel * PANEL,
            .columns = columns,
            .a = v + place * step_of(task->at_once, Cout) + row * Cout,
            .stride = Cout,
            .panel = task->u + (place * panels + panel) * Cout * PANEL,
            .depth = Cout,
            .run = LONG_RUN,
        };
        multiply_any_tile(&tile, TILE_ROWS, panel_width(columns), 0);
      }
    }
}

static void tiles_range(const void *argument, int begin, int end) {
  const struct gradient *task = argument;
  int Cin = task->of->Cin, Cout = task->of->Cout;
  int v_step = step_of(task->at_once, Cout), m_step = step_of(task->at_once, Cin);
  float *v = thread_scratch(), *m = v + PLACES * v_step;
  for (int block = begin; block < end; block++) {
    int first = block * task->at_once, count = smaller(task->at_once, task->tiles - first);
    int each = task->rows * task->columns;
    for (int t = 0; t < count; t++) {
      int image = (first + t) / each, at = (first + t) % each;
      transform_tile(task, image, at / task->columns, at % task->columns, v + t * Cout, v_step);
    }
    /* The rows behind the last tile, up to whole matrix tiles, are computed and not used: of zeros, not of anything. */
    int padded = ceil_divide(count, TILE_ROWS) * TILE_ROWS;
    for (int place = 0; place < PLACES; place++)
      for (int at = count * Cout; at < padded * Cout; at++) v[place * v_step + at] = 0;
    multiply_places(task, v, m, padded);
    for (int t = 0; t < count; t++) {
      int image = (first + t) / each, at = (first + t) % each;
      finish_tile(task, image, at / task->columns, at % task->columns, m + t * Cin, m_step);
    }
  }
}

void winograd_input_grad(float *dx, const float *dy, const float *w, const struct convolution *of) {
  struct gradient task = {
      .of = of,
      .dx = dx,
      .dy = dy,
      .w = w,
      .u = shared_scratch(),
      .rows = ceil_divide(of->H, OUT),
      .columns = ceil_divide(of->W, OUT),
      .at_once = tiles_at_once(of),
  };
  task.tiles = of->N * task.rows * task.columns;
  parallel_for(transform_weights, &task, ceil_divide(of->Cin, PANEL), 1);
  parallel_for(tiles_range, &task, ceil_divide(task.tiles, task.at_once), 1);
}
