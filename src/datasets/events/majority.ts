/** The vote by which a frame gets a label. */

/** The most frequent of labels[begin] … labels[end - 1], the smallest of those that are equally frequent. */
export function majority(labels: Int32Array, begin: number, end: number): number {
  const counts = new Map<number, number>();
  for (let i = begin; i < end; i++) counts.set(labels[i], (counts.get(labels[i]) ?? 0) + 1);
  let winner = NaN;
  let most = 0;
  for (const [label, count] of counts) {
    if (count < most || (count === most && label > winner)) continue;
    winner = label;
    most = count;
  }
  return winner;
}
