/** How far numbers of several runs lie apart. */

export interface Spread {
  readonly mean: number;
  /** Sample standard deviation: of the squares by one less than there are numbers. null of one number alone. */
  readonly std: number | null;
  readonly min: number;
  readonly max: number;
}

/** null of no numbers. */
export function spreadOf(values: readonly number[]): Spread | null {
  const count = values.length;
  if (count === 0) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return {
    mean,
    std: count === 1 ? null : Math.sqrt(squares / (count - 1)),
    min: Math.min(...values),
    max: Math.max(...values),
  };
}
