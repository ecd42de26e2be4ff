/** How a number of things is cut into parts that lie side by side and differ by one at most. */

export interface Part {
  readonly start: number;
  readonly end: number;
}

/** Part i of so many; empty ones lie between the others where there are more parts than things. */
export function partOf(count: number, parts: number, i: number): Part {
  return { start: Math.floor((i * count) / parts), end: Math.floor(((i + 1) * count) / parts) };
}
