/** docs/results.md from what the sweeps have said. */

import { nameOf } from "./choose.mjs";

export const median = (values) => {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return sorted.length % 2 === 1 ? sorted[Math.floor(middle)] : (sorted[middle - 1] + sorted[middle]) / 2;
};

const percent = (share) => (100 * share).toFixed(2);
const grouped = (value) => Math.round(value).toLocaleString("en-US");

/** The complete runs of a row, in the order of their seeds. */
const runsOf = ({ runs }, name) =>
  runs.filter(({ settings, state }) => settings[0] === name && state === "complete");

/** "0.81", or of channels "0.81 (0.52 to 1.30)" */
const thetaOf = ({ theta, thetas }) =>
  thetas === undefined
    ? theta.toFixed(2)
    : `${thetas.median.toFixed(2)} (${thetas.min.toFixed(2)} to ${thetas.max.toFixed(2)})`;

/** The medians of the seeds, with the least and the largest accuracy; null where nothing was run. */
export function figuresOf(results, name) {
  const figures = runsOf(results, name).map((run) => run.figures);
  if (figures.length === 0) return null;
  const accuracies = figures.map(({ test }) => test.accuracy);
  const spikes = figures.map(({ spikesPerInference }) => spikesPerInference);
  const operations = figures.map(({ operations }) => operations?.synAcc ?? null);
  const macs = figures.map(({ operations }) => operations?.synMac ?? null);
  return {
    seeds: figures.length,
    accuracy: median(accuracies),
    least: Math.min(...accuracies),
    most: Math.max(...accuracies),
    spikes: median(spikes),
    additions: operations.includes(null) ? null : median(operations),
    products: macs.includes(null) ? null : median(macs),
    thetas: figures[0].layers.map(thetaOf).join(" "),
  };
}

/**
 * One row for each that was chosen and run.
 *
 * @param products multiplications of the network of ReLUs, which no run counts
 * @param int8 accuracies of the quantized networks, by the name of the row
 */
export function rowsOf(results, chosen, products, int8) {
  return chosen.flatMap(({ kind, T, tried }) => {
    const figures = figuresOf(results, nameOf(kind, T));
    if (figures === null) return [];
    const own = figures.products === null ? { ...figures, additions: 0, products } : figures;
    const accuracies = int8?.[nameOf(kind, T)] ?? [];
    return [{ kind, T, tried, ...own, int8: accuracies.length === 0 ? null : median(accuracies) }];
  });
}

const spread = ({ accuracy, least, most }) => `${percent(accuracy)} (${percent(least)} to ${percent(most)})`;

export function tableOf(rows) {
  const head =
    "| T | | accuracy, % | int8, % | spikes | additions | products | thresholds | chosen |\n|---|---|---|---|---|---|---|---|---|";
  const lines = rows.map((row) => {
    const { T, kind, int8, spikes, additions, products, thetas, tried } = row;
    return (
      `| ${T} | ${kind.name} | ${spread(row)} | ${int8 === null ? "" : percent(int8)} | ${grouped(spikes)} | ` +
      `${grouped(additions)} | ${grouped(products)} | ${thetas} | ${tried.told} |`
    );
  });
  return [head, ...lines].join("\n");
}

/** One row for each kind and T, one column for each rate; a cell has accuracy and spikes. */
export function ratesTableOf(curves, rates) {
  const cell = (point) =>
    point === undefined ? "" : `${percent(point.accuracy)} at ${grouped(point.spikes)}`;
  const head = `| T | | free | ${rates.map((rate) => `rate ${rate}`).join(" | ")} |\n|---|---|---|${rates.map(() => "---|").join("")}`;
  const lines = curves.map(({ T, kind, points }) => {
    const cells = [null, ...rates].map((rate) => cell(points.find((point) => point.rate === rate)));
    return `| ${T} | ${kind.name} | ${cells.join(" | ")} |`;
  });
  return [head, ...lines].join("\n");
}

/** For each T a sentence that says no more than the figures: who is ahead, and whether the seeds of two kinds overlap. */
export function verdictsOf(rows) {
  return [...new Set(rows.map(({ T }) => T))].map((T) =>
    verdict(
      `T = ${T}`,
      rows.filter((row) => row.T === T),
    ),
  );
}

/** The same at equal spikes: for each T and rate, of kinds that fire about as often. */
export function ratesVerdictsOf(curves, rates) {
  return [...new Set(curves.map(({ T }) => T))].flatMap((T) =>
    rates.flatMap((rate) => {
      const points = curves
        .filter((curve) => curve.T === T)
        .flatMap(({ kind, points }) =>
          points.filter((point) => point.rate === rate).map((point) => ({ ...point, kind })),
        );
      return points.length < 2 ? [] : [verdict(`T = ${T}, rate ${rate}`, points)];
    }),
  );
}

/** Whom the page is about. */
const LEARNED = "ATIF, theta learned";

function verdict(place, rows) {
  const [first, second, ...others] = [...rows].sort((a, b) => b.accuracy - a.accuracy);
  if (second === undefined) return `* ${place}: there is ${first.kind.name} alone.`;
  if (first.accuracy === second.accuracy)
    return `* ${place}: ${first.kind.name} and ${second.kind.name} are level.`;
  const learned = others.find(({ kind }) => kind.name === LEARNED);
  return (
    `* ${place}: ${first.kind.name} is ahead of ${second.kind.name} by ${gap(first, second)} points, ` +
    (isApart(first, second)
      ? "with every seed above every seed of it."
      : "which is within the spread of the seeds: nothing separates them.") +
    (learned === undefined ? "" : ` ${behind(learned, first)}`)
  );
}

const gap = (ahead, behind) => percent(ahead.accuracy - behind.accuracy);

const isApart = (ahead, behind) => ahead.least > behind.most;

/** Of the learned threshold where it is neither first nor second. */
function behind(learned, first) {
  const spikes = (learned.spikes / first.spikes).toFixed(2);
  return (
    `${LEARNED} is ${gap(first, learned)} points behind the first, ` +
    (isApart(first, learned) ? "with every seed below every seed of it" : "within the spread of the seeds") +
    `, at ${spikes} times its spikes.`
  );
}
