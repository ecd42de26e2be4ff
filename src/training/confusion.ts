/** Which class was taken for which, as counts[label][predicted], and the figures that follow from it. */

export type Confusion = readonly (readonly number[])[];

/** Nothing counted yet. */
export function emptyConfusion(classes: number): number[][] {
  return Array.from({ length: classes }, () => new Array<number>(classes).fill(0));
}

/** Counts a batch, in place. */
export function countInto(counts: number[][], labels: ArrayLike<number>, predicted: ArrayLike<number>): void {
  for (let i = 0; i < labels.length; i++) counts[labels[i]][predicted[i]]++;
}

/** Share of samples whose class was found; 0 without samples. */
export function accuracyOf(counts: Confusion): number {
  const found = counts.reduce((sum, row, label) => sum + row[label], 0);
  const samples = counts.reduce((sum, row) => sum + total(row), 0);
  return samples === 0 ? 0 : found / samples;
}

/** Mean over the classes that occur of the share that was found (macro-averaged recall); 0 without samples. */
export function averageClassAccuracyOf(counts: Confusion): number {
  const recalls = counts
    .map((row, label) => ({ found: row[label], samples: total(row) }))
    .filter(({ samples }) => samples > 0)
    .map(({ found, samples }) => found / samples);
  return recalls.length === 0 ? 0 : recalls.reduce((sum, recall) => sum + recall, 0) / recalls.length;
}

function total(row: readonly number[]): number {
  return row.reduce((sum, count) => sum + count, 0);
}
