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
#include "scratch.h"
#include "tile.h"

enum {
  PLACES = 16,
  TILES_AT_ONCE = 32, /* with 64 + 32 channels, V and M take 192 KiB and U 128 KiB: level 2 cache */
  LEAST_TILES = 8,
};

struct gradient {
  const struct convolution *of;
  float *dx;
  const float *dy, *w;
  float *u;       /* [place][panel][co][width], panels of input channels */
  int rows, columns; /* tiles of an image */
  int tiles, at_once;
};

static int tiles_at_once(const struct convolution *of) {
  int fit = THREAD_SCRATCH_FLOATS / (PLACES * (of->Cout + of->Cin));
  return smaller(TILES_AT_ONCE, fit & ~3);
}

static int u_floats(const struct convolution *of) {
  return PLACES * of->Cout * (ceil_divide(of->Cin, PANEL) * PANEL);
}

int winograd_pays(const struct convolution *of) {
  if (of->KH != 3 || of->KW != 3 || of->SH != 1 || of->SW != 1 || of->PH > 2 || of->PW > 2 || of->groups != 1) return 0;
  /* Few channels: the transforms cost more than they save. Few pixels: most tiles stick out. */
  if (of->Cin % 4 || of->Cout % 4 || of->Cin < 16 || of->Cout < 32 || of->H < 4 || of->W < 4) return 0;
  if (of->Cin > 1024 || of->Cout > 1024) return 0;
  return u_floats(of) <= SHARED_SCRATCH_FLOATS && tiles_at_once(of) >= LEAST_TILES;
}

/* ---- U = G g G^T, one panel of input channels ---- */

static inline void row_of_g(float out[4], float a, float b, float c) {
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
    for (int co = 0; co < Cout; co++)
      for (int j = 0; j < width; j++) {
        int ci = panel * PANEL + j;
        float half[3][4], u[4][4];
        for (int a = 0; a < 3; a++) {
          const float *w = task->w + ((2 - a) * 3 * Cin + ci) * Cout + co;
          int step = Cin * Cout;
          row_of_g(half[a], w[2 * step], w[step], w[0]);
        }
        for (int b = 0; b < 4; b++) {
          float column[4];
          row_of_g(column, half[0][b], half[1][b], half[2][b]);
          for (int a = 0; a < 4; a++) u[a][b] = column[a];
        }
        for (int place = 0; place < PLACES; place++)
          task->u[((place * panels + panel) * Cout) * PANEL + co * width + j] = u[place / 4][place % 4];
      }
  }
}

/* ---- V = B^T d B of one tile, all channels ---- */

static inline void transform_row(f32x4 out[4], f32x4 a, f32x4 b, f32x4 c, f32x4 d) {
  out[0] = a - c;
  out[1] = b + c;
  out[2] = c - b;
  out[3] = b - d;
}

static void transform_tile(const struct gradient *task, int image, int i, int j, float *v, int step) {
  const struct convolution *of = task->of;
  int Cout = of->Cout, top = 2 * i + of->PH - 2, left = 2 * j + of->PW - 2;
  const float *rows[4];
  for (int a = 0; a < 4; a++) {
    int inside = top + a >= 0 && top + a < of->OH;
    rows[a] = inside ? task->dy + (image * of->OH + top + a) * of->OW * Cout : 0;
  }
  int first = larger(0, -left), last = smaller(4, of->OW - left);
  for (int c = 0; c < Cout; c += 4) {
    f32x4 across[4][4];
    for (int a = 0; a < 4; a++) {
      f32x4 d[4] = {0};
      if (rows[a])
        for (int b = first; b < last; b++) d[b] = load4(rows[a] + (left + b) * Cout + c);
      transform_row(across[a], d[0], d[1], d[2], d[3]);
    }
    for (int b = 0; b < 4; b++) {
      f32x4 down[4];
      transform_row(down, across[0][b], across[1][b], across[2][b], across[3][b]);
      for (int a = 0; a < 4; a++) store4(v + (4 * a + b) * step + c, down[a]);
    }
  }
}

/* ---- dx = A^T M A of one tile ---- */

static void finish_tile(const struct gradient *task, int image, int i, int j, const float *m, int step) {
  const struct convolution *of = task->of;
  int Cin = of->Cin, rows = smaller(2, of->H - 2 * i), columns = smaller(2, of->W - 2 * j);
  float *dx = task->dx + ((image * of->H + 2 * i) * of->W + 2 * j) * Cin;
  for (int c = 0; c < Cin; c += 4) {
    f32x4 half[2][4];
    for (int b = 0; b < 4; b++) {
      const float *at = m + b * step + c;
      f32x4 m0 = load4(at), m1 = load4(at + 4 * step), m2 = load4(at + 8 * step), m3 = load4(at + 12 * step);
      half[0][b] = (m0 + m1) + m2;
      half[1][b] = (m1 - m2) - m3;
    }
    for (int a = 0; a < rows; a++) {
      store4(dx + a * of->W * Cin + c, (half[a][0] + half[a][1]) + half[a][2]);
      if (columns == 2) store4(dx + (a * of->W + 1) * Cin + c, (half[a][1] - half[a][2]) - half[a][3]);
    }
  }
}

/* ---- M = V U for the tiles at hand, place by place ---- */

static void multiply_places(const struct gradient *task, const float *v, float *m, int rows) {
  int Cin = task->of->Cin, Cout = task->of->Cout, panels = ceil_divide(Cin, PANEL);
  for (int place = 0; place < PLACES; place++)
    for (int panel = 0; panel < panels; panel++) {
      int columns = smaller(PANEL, Cin - panel * PANEL);
      for (int row = 0; row < rows; row += TILE_ROWS) {
        float *c[TILE_ROWS];
        for (int r = 0; r < TILE_ROWS; r++) c[r] = m + (place * task->at_once + row + r) * Cin;
        struct tile tile = {
            .c = c,
            .column = panel * PANEL,
            .columns = columns,
            .a = v + (place * task->at_once + row) * Cout,
            .stride = Cout,
            .panel = task->u + (place * panels + panel) * Cout * PANEL,
            .depth = Cout,
        };
        if (columns > NARROW_PANEL)
          multiply_tile(&tile, TILE_ROWS, PANEL / 4, 0);
        else
          multiply_tile(&tile, TILE_ROWS, NARROW_PANEL / 4, 0);
      }
    }
}

static void tiles_range(const void *argument, int begin, int end) {
  const struct gradient *task = argument;
  int Cin = task->of->Cin, Cout = task->of->Cout;
  float *v = thread_scratch(), *m = v + PLACES * task->at_once * Cout;
  int v_step = task->at_once * Cout, m_step = task->at_once * Cin;
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
      .rows = ceil_divide(of->H, 2),
      .columns = ceil_divide(of->W, 2),
      .at_once = tiles_at_once(of),
  };
  task.tiles = of->N * task.rows * task.columns;
  parallel_for(transform_weights, &task, ceil_divide(of->Cin, PANEL), 1);
  parallel_for(tiles_range, &task, ceil_divide(task.tiles, task.at_once), 1);
}
