/** Widths that quantizers have. */
export const [LEAST_BITS, MOST_BITS] = [2, 16];
