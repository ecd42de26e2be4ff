/** How far logits of exported C may lie from the library's: sums in another order round otherwise. */

/** Beside 1, or beside a logit that is larger. */
export const LOGIT_BOUND = 1e-5;

export function allowedDifference(logit: number): number {
  return LOGIT_BOUND * Math.max(1, Math.abs(logit));
}
