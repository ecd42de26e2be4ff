/*
 * The transforms of winograd.c of as many channels as the type VECTOR has: TRANSFORM and FINISH. Included once for each
 * width: no guard.
 */

/* V = B^T d B; pixel points to the channels of d. */
static inline void TRANSFORM(float *v, int step, const float *const pixel[IN][IN], int channel) {
  VECTOR down[IN][IN]; /* [column][place] */
  for (int b = 0; b < IN; b++) {
    VECTOR d[IN];
    for (int a = 0; a < IN; a++) d[a] = LOAD(VECTOR, pixel[a][b] + channel);
    down[b][0] = d[0] - d[2];
    down[b][1] = d[1] + d[2];
    down[b][2] = d[2] - d[1];
    down[b][3] = d[1] - d[3];
  }
  for (int a = 0; a < IN; a++) {
    float *to = v + a * IN * step + channel;
    STORE(VECTOR, to, down[0][a] - down[2][a]);
    STORE(VECTOR, to + step, down[1][a] + down[2][a]);
    STORE(VECTOR, to + 2 * step, down[2][a] - down[1][a]);
    STORE(VECTOR, to + 3 * step, down[1][a] - down[3][a]);
  }
}

/* A^T M A, of which `rows` rows and `columns` columns exist in dx; strides are of dx. */
static inline void FINISH(float *dx, int row_stride, int column_stride, int rows, int columns, const float *m, int step,
                          int channel) {
  VECTOR down[IN][OUT]; /* [column][row] */
  for (int b = 0; b < IN; b++) {
    VECTOR places[IN];
    for (int a = 0; a < IN; a++) places[a] = LOAD(VECTOR, m + (a * IN + b) * step + channel);
    down[b][0] = (places[0] + places[1]) + places[2];
    down[b][1] = (places[1] - places[2]) - places[3];
  }
  for (int a = 0; a < rows; a++) {
    VECTOR out[OUT];
    out[0] = (down[0][a] + down[1][a]) + down[2][a];
    out[1] = (down[1][a] - down[2][a]) - down[3][a];
    for (int b = 0; b < columns; b++) STORE(VECTOR, dx + a * row_stride + b * column_stride + channel, out[b]);
  }
}

#undef TRANSFORM
#undef FINISH
#undef VECTOR
