/** How far a training is, by what it says to people: "epoch 3/15, 18 %, …" on the way, "epoch 3/15  loss …" at its end. */

/** 0 to 1; null of a line that does not tell. */
export function partDone(line: string): number | null {
  const onTheWay = /^(?:epoch|validating) [^,]*, (\d+) %/.exec(line);
  if (onTheWay !== null) return Number(onTheWay[1]) / 100;
  const atEnd = /^epoch +(\d+)\/(\d+) {2}/.exec(line);
  return atEnd === null ? null : Number(atEnd[1]) / Number(atEnd[2]);
}

/** Whole epochs that are trained, by such a line; null of one that does not tell. */
export function epochsDone(line: string): number | null {
  const said = /^epoch +(\d+)\/\d+(,| {2})/.exec(line);
  if (said === null) return null;
  return said[2] === "," ? Number(said[1]) - 1 : Number(said[1]);
}
