/** docs/results.md from what the sweeps have said. */

import { nameOf } from "./choose.mjs";

const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const percent = (share) => (100 * share).toFixed(2);
const grouped = (value) => Math.round(value).toLocaleString("en-US");

/** The complete runs of a row, in the order of their seeds. */
const runsOf = ({ runs }, name) =>
  runs.filter(({ settings, state }) => settings[0] === name && state === "complete");

/** One row: the medians of the seeds, with the least and the largest accuracy. */
function figuresOf(results, { kind, T, tried }) {
  const figures = runsOf(results, nameOf(kind, T)).map((run) => run.figures);
  if (figures.length === 0) return null;
  const accuracies = figures.map(({ test }) => test.accuracy);
  const spikes = figures.map(({ spikesPerInference }) => spikesPerInference);
  const operations = figures.map(({ operations }) => operations?.synAcc ?? null);
  const macs = figures.map(({ operations }) => operations?.synMac ?? null);
  return {
    kind,
    T,
    tried,
    seeds: figures.length,
    accuracy: median(accuracies),
    least: Math.min(...accuracies),
    most: Math.max(...accuracies),
    spikes: median(spikes),
    additions: operations.includes(null) ? null : median(operations),
    products: macs.includes(null) ? null : median(macs),
    thetas: figures[0].layers.map(({ theta }) => theta.toFixed(2)).join(" "),
  };
}

/** @param products multiplications of the network of ReLUs, which no run counts */
export function rowsOf(results, chosen, products) {
  return chosen
    .map((each) => figuresOf(results, each))
    .filter((row) => row !== null)
    .map((row) => (row.products === null ? { ...row, additions: 0, products } : row));
}

export function tableOf(rows) {
  const head =
    "| T | | accuracy, % | spikes | additions | products | thresholds | chosen |\n|---|---|---|---|---|---|---|---|";
  const lines = rows.map(
    ({ T, kind, accuracy, least, most, spikes, additions, products, thetas, tried }) =>
      `| ${T} | ${kind.name} | ${percent(accuracy)} (${percent(least)} to ${percent(most)}) | ${grouped(spikes)} | ` +
      `${grouped(additions)} | ${grouped(products)} | ${thetas} | ${tried.told} |`,
  );
  return [head, ...lines].join("\n");
}

/** For each T a sentence that says no more than the figures: who is ahead, and whether the seeds of two kinds overlap. */
export function verdictsOf(rows) {
  return [...new Set(rows.map(({ T }) => T))].map((T) => {
    const [first, second] = rows.filter((row) => row.T === T).sort((a, b) => b.accuracy - a.accuracy);
    if (second === undefined) return `* T = ${T}: there is ${first.kind.name} alone.`;
    if (first.accuracy === second.accuracy)
      return `* T = ${T}: ${first.kind.name} and ${second.kind.name} are level.`;
    const apart = first.least > second.most;
    const gap = percent(first.accuracy - second.accuracy);
    return (
      `* T = ${T}: ${first.kind.name} is ahead of ${second.kind.name} by ${gap} points, ` +
      (apart
        ? "with every seed above every seed of it."
        : "which is within the spread of the seeds: nothing separates them.")
    );
  });
}
