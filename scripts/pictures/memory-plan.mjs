/** Which map lies where in the state of an exported network, and from which layer to which. */

import { join } from "node:path";
import { IntegerModel, loadModel } from "../../dist/index.js";
import { placeMaps } from "../../dist/deployment/c/c-program.js";
import { integerNetwork } from "../../dist/deployment/c/integer-numbers.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { PlotArea } from "../../dist/drawing/plot-area.js";
import { escaped, rounded } from "../../dist/drawing/xml-text.js";

const [WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM] = [760, 430, 62, 70, 16, 50];
const ink = { potentials: colours.green, numbers: colours.blue, spikes: colours.orange };

const sizeOf = (shape) => shape.reduce((product, length) => product * length, 1);
const whole = (number) => number.toLocaleString("en-US");

export async function memoryPlanPicture(run) {
  const { program } = new IntegerModel(await loadModel(join(run, "model.safetensors")));
  const c = placeMaps(integerNetwork(program, "digits", false), false);
  const order = [...c.still, ...c.stepwise];
  const bytes = program.width / 8;
  const nameOf = ({ layer }) => layer.layer.replace("layers.", "");
  const potentials = order.filter(({ layer }) => layer.kind === "neuron");
  let at = 0;
  const held = potentials.map((placed) => {
    const size = sizeOf(placed.layer.shape) * bytes;
    at += size;
    return {
      what: "potentials",
      name: `v of ${nameOf(placed)}`,
      from: 0,
      to: order.length - 1,
      low: at - size,
      size,
    };
  });
  const maps = c.kept.map(({ place, kind, offset, size, from, to }) => {
    const each = kind === "numbers" ? bytes : 1;
    const start = kind === "numbers" ? at : at + c.numbers * bytes;
    const name = nameOf(order.find((placed) => placed.place === place));
    return {
      what: kind,
      name,
      from,
      to: Math.min(to, order.length - 1),
      low: start + offset * each,
      size: size * each,
    };
  });
  const total = at + c.numbers * bytes + c.spikes;
  const apart = [...held, ...maps].reduce((sum, { size }) => sum + size, 0);
  const plot = new PlotArea({
    left: LEFT, top: TOP, width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM,
    x: { low: 0, high: order.length }, y: { low: 0, high: total },
  }); // prettier-ignore
  const boxes = [...held, ...maps].flatMap(({ what, name, from, to, low, size }) => {
    const [x, y] = [plot.x(from) + 1, plot.y(low + size) + 1];
    const [width, height] = [plot.x(to + 1) - plot.x(from) - 2, plot.y(low) - plot.y(low + size) - 2];
    const place = `x="${rounded(x)}" y="${rounded(y)}" width="${rounded(width)}" height="${rounded(height)}"`;
    return [
      `<rect ${place} rx="2" fill="${ink[what]}" fill-opacity="0.25" stroke="${ink[what]}">` +
        `<title>${escaped(`${name}: ${whole(size)} bytes from ${whole(low)}`)}</title></rect>`,
      ...(height < 12
        ? []
        : [
            `<text x="${rounded(x + 6)}" y="${rounded(y + height / 2 + 4.5)}">${escaped(name)}${width > 110 ? `, ${whole(size)}` : ""}</text>`,
          ]),
    ];
  });
  const columns = order.flatMap((placed, i) => {
    const middle = rounded((plot.x(i) + plot.x(i + 1)) / 2);
    return [
      `<text x="${middle}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${escaped(nameOf(placed))}</text>`,
      ...(i === 0
        ? []
        : [
            `<line class="axis" stroke-opacity="0.2" x1="${rounded(plot.x(i))}" y1="${TOP}" x2="${rounded(plot.x(i))}" y2="${HEIGHT - BOTTOM}"/>`,
          ]),
    ];
  });
  const steps = rounded(plot.x(c.still.length));
  const marks = [0, held.at(-1).low + held.at(-1).size, at + c.numbers * bytes, total];
  const legend = Object.entries({
    potentials: "potentials",
    numbers: "numbers",
    spikes: "spikes, a byte each",
  });
  const head = `${whole(total)} bytes of RAM; without sharing it would be ${whole(apart)}`;
  const list = [...held, ...maps].map(({ what, name, from, to, low, size }) => {
    const when = what === "potentials" ? "always" : `from ${nameOf(order[from])} to ${nameOf(order[to])}`;
    return `${name}: ${whole(size)} bytes from ${whole(low)}, ${when}.`;
  });
  return picture({
    id: "memory-plan",
    title: "The memory plan of the digits network",
    description: `${head}. ${list.join(" ")}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="8" y="20">${escaped(head)}</text>`,
      ...legend.flatMap(([what, words], i) => [
        `<rect x="${8 + 120 * i}" y="34" width="12" height="12" fill="${ink[what]}" fill-opacity="0.25" stroke="${ink[what]}"/>`,
        `<text x="${26 + 120 * i}" y="45">${words}</text>`,
      ]),
      ...columns,
      ...marks.map(
        (mark) =>
          `<text x="${LEFT - 6}" y="${rounded(plot.y(mark) + 4)}" text-anchor="end">${whole(mark)}</text>`,
      ),
      ...boxes,
      `<line class="axis" x1="${LEFT}" y1="${TOP}" x2="${LEFT}" y2="${HEIGHT - BOTTOM}"/>`,
      `<line class="axis" x1="${LEFT}" y1="${HEIGHT - BOTTOM}" x2="${WIDTH - RIGHT}" y2="${HEIGHT - BOTTOM}"/>`,
      `<line class="axis" stroke-dasharray="4 3" x1="${steps}" y1="${TOP - 8}" x2="${steps}" y2="${HEIGHT - BOTTOM + 34}"/>`,
      `<text x="${LEFT}" y="${HEIGHT - BOTTOM + 38}">once</text>`,
      `<text x="${rounded(Number(steps) + 6)}" y="${HEIGHT - BOTTOM + 38}">in every time step, from left to right</text>`,
    ],
  });
}
