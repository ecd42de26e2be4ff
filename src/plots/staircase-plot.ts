/** The quantizer that each spiking layer has learned, over what it really receives. */

import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { PlotArea } from "../drawing/plot-area.js";
import { escaped, rounded } from "../drawing/xml-text.js";
import type { LayerInspection } from "../inspection/inspect-layers.js";
import { histogram, quantizationError, staircaseCorners } from "../inspection/staircase.js";
import { show } from "../show.js";

const PANEL = { width: 300, height: 190, left: 56, across: 60, down: 92 } as const;
const TOP = 72;
const BINS = 48;

/**
 * SVG text: a panel per layer with a staircase; neurons with a leak or a hard reset are none and are left out, which is said.
 *
 * @param layers those of inspectLayers()
 * @throws TypeError for anything else; RangeError where no layer is a staircase
 */
export function plotStaircases(layers: readonly LayerInspection[]): string {
  const where = "plotStaircases";
  if (!areInspections(layers)) {
    throw new TypeError(
      `${where}: the layers are ${show(layers)}; expected those of await inspectLayers(model, data).`,
    );
  }
  const stairs = layers.filter(({ unevenness, theta }) => unevenness !== null && theta > 0);
  const left = layers.filter((layer) => !stairs.includes(layer)).map(({ name }) => name);
  if (stairs.length === 0) {
    throw new RangeError(
      `${where}: no layer is a staircase; expected neurons without a leak and with a soft reset, such as ATIF.`,
    );
  }
  const columns = Math.min(2, stairs.length);
  const rows = Math.ceil(stairs.length / columns);
  const summary = `What layers receive, and the staircase of T + 1 levels that they make of it`;
  const told = stairs.map(
    ({ name, theta, timesteps }) => `${name}: ${timesteps + 1} levels up to ${short(theta)}.`,
  );
  const without = left.length === 0 ? "" : `no staircase: ${left.join(", ")} (a leak, or a hard reset)`;
  // The words above one panel are wider than it.
  const width = Math.max(PANEL.left + columns * (PANEL.width + PANEL.across), 580);
  return picture({
    id: "staircase",
    title: "Staircases of the spiking layers",
    description: [`${summary}.`, ...told, without].join(" "),
    width,
    height: TOP + rows * (PANEL.height + PANEL.down) - 24,
    body: [
      `<text class="head" x="16" y="22">${summary}</text>`,
      `<text x="16" y="42">${escaped(without === "" ? "bars: inputs, mean over the time steps; line: the mean output" : fitted(without, width - 32))}</text>`,
      ...stairs.flatMap((layer, i) =>
        panel(
          layer,
          PANEL.left + (i % columns) * (PANEL.width + PANEL.across),
          TOP + 20 + Math.floor(i / columns) * (PANEL.height + PANEL.down),
        ),
      ),
    ],
  });
}

function panel({ name, theta, timesteps, meanInputs }: LayerInspection, left: number, top: number): string[] {
  const [low, high] = [-0.25 * theta, 1.5 * theta];
  const { counts, below, above } = histogram(meanInputs, { low, high, bins: BINS });
  const most = Math.max(1, ...counts);
  const y = { low: 0, high: 1.25 * theta };
  const area = new PlotArea({ left, top, width: PANEL.width, height: PANEL.height, x: { low, high }, y });
  const bars = Array.from(counts, (count, i) => {
    if (count === 0) return "";
    const tall = (0.9 * PANEL.height * count) / most;
    const x = left + (PANEL.width * i) / BINS;
    return `M${rounded(x)} ${rounded(top + PANEL.height)}v-${rounded(tall)}h${rounded(PANEL.width / BINS - 0.7)}v${rounded(tall)}z`;
  });
  const { clipped, vanished } = quantizationError(meanInputs, { theta, timesteps });
  const outside = meanInputs.length === 0 ? 0 : (below + above) / meanInputs.length;
  const corners = staircaseCorners({ theta, timesteps });
  return [
    `<path fill="#9a9a9a" fill-opacity="0.55" d="${bars.join("")}"/>`,
    ...area.axes({ x: "mean input", y: "" }),
    `<text class="head" x="${left}" y="${top - 26}">${escaped(fitted(name, PANEL.width + 10, "bold", `: theta ${short(theta)}`))}</text>`,
    `<text x="${left}" y="${top - 9}">${escaped(`${share(clipped)} clipped, ${share(vanished)} vanish, ${share(outside)} outside`)}</text>`,
    area.curve(
      [
        [0, 0],
        [y.high, y.high],
      ],
      "#808080",
      'stroke-dasharray="3 4"',
    ),
    area.curve([[low, 0], ...corners, [high, theta]], colours.blue),
  ];
}

const short = (value: number): string => String(Number(value.toPrecision(3)));
const share = (part: number): string => `${(100 * part).toFixed(1)} %`;

function areInspections(given: unknown): boolean {
  return (
    Array.isArray(given) &&
    given.every((each: { meanInputs?: unknown } | null) => each?.meanInputs instanceof Float32Array)
  );
}
