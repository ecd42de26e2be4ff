/** One neuron, time step by time step: what was left over, what comes in, when it fires, what stays. */

import { ATIF, noGrad, tensor } from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { PlotArea } from "../../dist/drawing/plot-area.js";
import { rounded } from "../../dist/drawing/xml-text.js";

/** Eighths, of which float32 makes no rounding: 8 x 0.375 is 3 spikes of 1. */
const [THETA, INPUT, T] = [1, 0.375, 8];
const [WIDTH, HEIGHT] = [720, 330];

/** Before each step, at its height, and whether it fired. */
function steps() {
  const neuron = new ATIF();
  neuron.setCoeffs(THETA);
  return noGrad(() => {
    let before = 0;
    return Array.from({ length: T }, () => {
      const fired = neuron.forward(tensor([INPUT], [1])).item() > 0;
      const step = { before, charged: before + INPUT, fired };
      before = neuron.v.item();
      return step;
    });
  });
}

export function potentialPicture() {
  const plot = new PlotArea({
    left: 60,
    top: 84,
    width: 630,
    height: 170,
    x: { low: 0.5, high: T + 0.5, whole: true },
    y: { low: 0, high: 1.5 },
  });
  const wide = 40;
  const all = steps();
  const bar = (t, low, high, colour) =>
    `<rect x="${rounded(plot.x(t) - wide / 2)}" y="${rounded(plot.y(high))}" width="${wide}" height="${rounded(plot.y(low) - plot.y(high))}" fill="${colour}"/>`;
  const bars = all.flatMap(({ before, charged, fired }, i) => [
    ...(before > 0 ? [bar(i + 1, 0, before, colours.orange)] : []),
    bar(i + 1, before, charged, colours.blue),
    `<text x="${rounded(plot.x(i + 1))}" y="${rounded(plot.y(before) - 7)}" text-anchor="middle" style="fill:#fff">${charged}</text>`,
    `<text x="${rounded(plot.x(i + 1))}" y="308" text-anchor="middle"${fired ? ` class="head"` : ""}>${fired ? "spike" : "–"}</text>`,
  ]);
  const key = (x, colour, words) =>
    `<rect x="${x}" y="35" width="14" height="14" fill="${colour}"/><text x="${x + 20}" y="47">${words}</text>`;
  const spikes = all.filter(({ fired }) => fired).length;
  return picture({
    id: "spiking-potential",
    title: "A spiking neuron, time step by time step",
    description:
      `An input of ${INPUT} in each of ${T} time steps, threshold ${THETA}. ` +
      all
        .map(
          ({ charged, fired }, i) =>
            `Step ${i + 1}: the potential is ${charged}${fired ? `, a spike, ${charged - THETA} is left` : ""}.`,
        )
        .join(" "),
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="16" y="22">The same input ${INPUT} in every time step: ${spikes} spikes in ${T} steps</text>`,
      key(16, colours.orange, "left over from the step before"),
      key(246, colours.blue, `input ${INPUT}`),
      `<line x1="372" y1="42" x2="400" y2="42" stroke="${colours.red}" stroke-width="2" stroke-dasharray="5 3"/>`,
      `<text x="406" y="47">threshold: who reaches it fires and pays 1</text>`,
      ...plot.axes({ x: "time step", y: "potential" }),
      ...bars,
      plot.curve(
        [
          [0.5, THETA],
          [T + 0.5, THETA],
        ],
        colours.red,
        'stroke-dasharray="5 3"',
      ),
    ],
  });
}
