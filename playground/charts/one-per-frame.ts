/** Work that takes much of a frame, one piece in each. */

const waiting: (() => void)[] = [];

export function onePerFrame(work: () => void): void {
  waiting.push(work);
  if (waiting.length === 1) requestAnimationFrame(next);
}

function next(): void {
  waiting[0]();
  waiting.shift();
  if (waiting.length > 0) requestAnimationFrame(next);
}
