/** The lowest theta that a slider or a hand goes to: lower ones would be silly, and 0 is no threshold. */
export function leastTheta(high: number): number {
  return high / 100;
}
