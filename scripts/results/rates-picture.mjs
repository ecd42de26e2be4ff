/** Accuracy against spikes: a panel for each T, a curve for each kind, from the least spikes to what nothing holds back. */

import { pictureText } from "./page.mjs";
import { curvesOf } from "./rates.mjs";
import { rowsOf } from "./table.mjs";

const [LEFT, TOP, ACROSS, DOWN] = [56, 142, 380, 290];
const [PLOT_WIDTH, PLOT_HEIGHT] = [300, 190];
/** Of one panel, and of several. */
const [NARROW, WIDE] = [440, 760];

/** SVG text; null where there are no rates. */
export async function ratesPicture({ name, data, results, chosen, products, int8, rates }) {
  if (results === null || rates === null) return null;
  const curves = curvesOf(rates, rowsOf(results, chosen, products, int8));
  if (curves.length === 0) return null;
  const [{ colours }, { picture }, { PlotArea }, { escaped, rounded }] = await Promise.all(
    ["colours", "picture", "plot-area", "xml-text"].map((file) => import(`../../dist/drawing/${file}.js`)),
  );
  const palette = Object.values(colours);
  const kinds = [...new Set(curves.map(({ kind }) => kind.name))];
  const colourOf = (kind) => palette[kinds.indexOf(kind.name)];
  const steps = [...new Set(curves.map(({ T }) => T))];
  const percent = (share) => 100 * share;
  const panels = steps.flatMap((T, i) => {
    const own = curves.filter((curve) => curve.T === T);
    const points = own.flatMap((curve) => curve.points);
    const low = Math.floor(Math.min(...points.map(({ least }) => percent(least))));
    const area = new PlotArea({
      left: LEFT + (i % 2) * ACROSS,
      top: TOP + Math.floor(i / 2) * DOWN,
      width: PLOT_WIDTH,
      height: PLOT_HEIGHT,
      x: { low: 0, high: 1.08 * Math.max(...points.map(({ spikes }) => spikes)) },
      y: { low, high: 100 },
    });
    return [
      `<text class="head" x="${LEFT + (i % 2) * ACROSS}" y="${TOP + Math.floor(i / 2) * DOWN - 26}">T = ${T}</text>`,
      ...area.axes({ x: "spikes per inference", y: "accuracy, %" }),
      ...own.flatMap(({ kind, points }) => {
        const colour = colourOf(kind);
        const sorted = [...points].sort((a, b) => a.spikes - b.spikes);
        const place = ({ spikes, accuracy }) => [spikes, percent(accuracy)];
        return [
          area.curve(sorted.map(place), colour),
          ...sorted.map(({ spikes, least, most }) =>
            area.curve(
              [
                [spikes, percent(least)],
                [spikes, percent(most)],
              ],
              colour,
              'stroke-opacity="0.4"',
            ),
          ),
          ...sorted.map(({ spikes, accuracy, rate }) => {
            const [x, y] = [rounded(area.x(spikes)), rounded(area.y(percent(accuracy)))];
            const fill = rate === null ? "none" : colour;
            return `<circle cx="${x}" cy="${y}" r="4" fill="${fill}" stroke="${colour}" stroke-width="2"/>`;
          }),
        ];
      }),
    ];
  });
  const width = steps.length === 1 ? NARROW : WIDE;
  const perRow = steps.length === 1 ? 2 : 4;
  const legend = kinds.map((kind, i) => {
    const [x, y] = [16 + (i % perRow) * 188, 66 + 20 * Math.floor(i / perRow)];
    const line = `<line x1="${x}" y1="${y}" x2="${x + 20}" y2="${y}" stroke="${palette[i]}" stroke-width="3"/>`;
    return `${line}<text x="${x + 26}" y="${y + 4}">${escaped(kind)}</text>`;
  });
  return picture({
    id: `results-${name}`,
    title: `${data.title}: accuracy at equal spikes`,
    description: pictureText(data),
    width,
    height: TOP + Math.ceil(steps.length / 2) * DOWN - 30,
    body: [
      `<text class="head" x="16" y="22">${escaped(`${data.title}: accuracy at equal spikes`)}</text>`,
      `<text x="16" y="44">Dots: medians of three seeds at a firing rate; rings: without one.</text>`,
      ...legend,
      ...panels,
    ],
  });
}
