/** The word that was probably meant. */

const MAX_CHARACTERS = 80;

/** ' Did you mean "SCNN"?', or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const near = nearest(word, candidates);
  return near === undefined ? "" : ` Did you mean "${near}"?`;
}

/**
 * The candidate that was probably meant: the same but for upper and lower case, or else the only one that begins with
 * word, or else the only one with the smallest edit distance to it, if that is close enough to be a slip.
 */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  // A slip is short, and a distance takes time in proportion to the length.
  if (word.length > MAX_CHARACTERS) return undefined;
  const wanted = word.toLowerCase();
  const all = [...candidates];
  const begun = word.length > 1 ? all.filter((each) => each.toLowerCase().startsWith(wanted)) : [];
  const same = begun.find((each) => each.length === word.length);
  if (begun.length > 0) return same ?? (begun.length === 1 ? begun[0] : undefined);
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(word.length / 2)) + 1;
  for (const candidate of all) {
    // Of two equally far away the one with the longer common beginning is nearer; if that is equal too, neither.
    const distance = editDistance(wanted, candidate.toLowerCase()) - commonStart(wanted, candidate) / 1000;
    if (distance < bestDistance) [best, bestDistance] = [candidate, distance];
    else if (distance === bestDistance) best = undefined;
  }
  return best;
}

function commonStart(a: string, b: string): number {
  let length = 0;
  while (length < a.length && a[length] === b[length]?.toLowerCase()) length++;
  return length;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const substitute = previous[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(previous[j] + 1, row[j - 1] + 1, substitute));
    }
    previous = row;
  }
  return previous[b.length];
}
