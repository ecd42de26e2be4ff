/** An estimate as a picture: a bar per layer, in parts, as SVG that stands alone and is read on light and on dark. */

import { isList } from "../checks.js";
import { colours } from "../drawing/colours.js";
import { picture } from "../drawing/picture.js";
import { escaped, rounded } from "../drawing/xml-text.js";
import { show } from "../show.js";
import type { EnergyEstimate, EnergyRow } from "./estimate-energy.js";
import { formatEnergy } from "./format-energy.js";

type Part = "memPot" | "memWeights" | "memBias" | "memIo" | "opsAddr";

const parts: readonly { readonly key: Part; readonly label: string; readonly colour: string }[] = [
  { key: "memPot", label: "potentials", colour: colours.blue },
  { key: "memWeights", label: "weights", colour: colours.orange },
  { key: "memBias", label: "biases", colour: colours.pink },
  { key: "memIo", label: "inputs and outputs", colour: colours.green },
  { key: "opsAddr", label: "operations", colour: colours.red },
];

const WIDTH = 760;
const NAMES = 190;
const VALUES = 90;
const BARS = WIDTH - NAMES - VALUES;
const ROW = 26;
const BAR = 16;
const TOP = 64;
const LONGEST_NAME = 26;

/**
 * SVG text. Rows without energy are left out.
 *
 * @throws TypeError unless it is that of estimateEnergy()
 */
export function energyChart(estimate: EnergyEstimate): string {
  const given = estimate as Partial<EnergyEstimate> | null;
  if (!isList(given?.rows) || typeof given?.total?.total !== "number") {
    throw new TypeError(
      `energyChart: the estimate is ${show(estimate)}; expected that of estimateEnergy(model, activity, options).`,
    );
  }
  const rows = estimate.rows.filter(({ total }) => total > 0);
  const largest = Math.max(...rows.map(({ total }) => total), 0);
  const height = TOP + ROW * rows.length + 14;
  const { total, memTotal, opsAddr } = estimate.total;
  const summary =
    `${formatEnergy(total)} per inference: ${formatEnergy(memTotal)} for accesses to memory, ` +
    `${formatEnergy(opsAddr)} for operations and addresses.`;
  const description = [summary, ...rows.map((row) => `${nameOf(row)}: ${formatEnergy(row.total)}.`)].join(
    " ",
  );
  return picture({
    id: "energy",
    title: "Energy of an inference, layer by layer",
    description,
    width: WIDTH,
    height,
    body: [
      `<text class="head" x="8" y="20">${escaped(summary)}</text>`,
      ...legend(),
      ...rows.flatMap((row, i) => bar(row, TOP + ROW * i, largest)),
      `<line class="axis" x1="${NAMES}" y1="${TOP - 6}" x2="${NAMES}" y2="${height - 10}"/>`,
    ],
  });
}

function legend(): string[] {
  const step = (WIDTH - 16) / parts.length;
  return parts.flatMap(({ label, colour }, i) => {
    const x = 8 + step * i;
    return [
      `<rect x="${x}" y="34" width="12" height="12" fill="${colour}"/>`,
      `<text x="${x + 17}" y="45">${label}</text>`,
    ];
  });
}

function bar(row: EnergyRow, y: number, largest: number): string[] {
  const text = y + BAR - 3;
  const name = nameOf(row);
  const short = [...name].length > LONGEST_NAME ? `${[...name].slice(0, LONGEST_NAME - 1).join("")}…` : name;
  let x = NAMES;
  const segments = parts.flatMap(({ key, label, colour }) => {
    const length = (BARS * row[key]) / largest;
    if (!(length > 0)) return [];
    const segment =
      `<rect x="${rounded(x)}" y="${y}" width="${rounded(length)}" height="${BAR}" fill="${colour}">` +
      `<title>${escaped(`${name}, ${label}: ${formatEnergy(row[key])}`)}</title></rect>`;
    x += length;
    return [segment];
  });
  return [
    `<text x="${NAMES - 8}" y="${text}" text-anchor="end">${escaped(short)}</text>`,
    ...segments,
    `<text x="${rounded(x + 6)}" y="${text}">${escaped(formatEnergy(row.total))}</text>`,
  ];
}

const nameOf = ({ name, neuron }: EnergyRow): string =>
  neuron === null || name.endsWith(neuron) ? name : `${name} + ${neuron.split(".").at(-1) ?? neuron}`;
