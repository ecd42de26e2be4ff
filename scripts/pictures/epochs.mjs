/** Epoch, batch and time step, one inside the other, with the numbers of a real training. */

import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { rounded } from "../../dist/drawing/xml-text.js";
import { digitImage } from "./digit-image.mjs";

const [WIDTH, HEIGHT] = [760, 404];
const [LEFT, RIGHT] = [16, 744];

/** A row of boxes of which one is opened: its corners lead down to the next row. */
function row({ top, count, opened, colour, height = 34, label }) {
  const gap = 3;
  const width = (RIGHT - LEFT + gap) / count - gap;
  const at = (i) => LEFT + i * (width + gap);
  const boxes = Array.from(
    { length: count },
    (_, i) =>
      `<rect x="${rounded(at(i))}" y="${top}" width="${rounded(width)}" height="${height}" fill="${colour}" fill-opacity="${i === opened ? 0.9 : 0.25}"/>`,
  );
  const numbers =
    width < 20
      ? []
      : Array.from(
          { length: count },
          (_, i) =>
            `<text x="${rounded(at(i) + width / 2)}" y="${top + height / 2 + 5}" text-anchor="middle"${i === opened ? ` class="head"` : ""}>${label(i)}</text>`,
        );
  return { body: [...boxes, ...numbers], left: at(opened), right: at(opened) + width, bottom: top + height };
}

const fan = ({ left, right, bottom }, top) =>
  `<path class="axis" fill="none" stroke-dasharray="3 3" d="M${rounded(left)} ${bottom}L${LEFT} ${top}M${rounded(right)} ${bottom}L${RIGHT} ${top}"/>`;

export function epochsPicture({ train, epochs, batchSize, timesteps }) {
  const batches = Math.ceil(train.length / batchSize);
  const samples = train.length.toLocaleString("en-US");
  const [ofEpochs, ofBatches, ofSteps] = [
    { top: 40, count: epochs, opened: 1, colour: colours.orange, label: (i) => String(i + 1) },
    { top: 134, count: batches, opened: 16, colour: colours.green, label: () => "" },
    { top: 270, count: timesteps, opened: -1, colour: colours.blue, height: 118, label: () => "" },
  ];
  const [first, second, third] = [row(ofEpochs), row(ofBatches), row(ofSteps)];
  const { x } = train.batch([3]);
  const width = (RIGHT - LEFT) / timesteps;
  const images = Array.from({ length: timesteps }, (_, t) => {
    const left = LEFT + t * width + 16;
    return [
      ...digitImage(x, left, 284, 64),
      `<text class="head" x="${rounded(left + 76)}" y="304">t = ${t + 1}</text>`,
      `<text x="${rounded(left + 76)}" y="324">one call of</text>`,
      `<text x="${rounded(left + 76)}" y="341">the network</text>`,
      `<text x="${rounded(left)}" y="374">${t === 0 ? "potentials begin at 0" : "potentials go on"}</text>`,
    ];
  });
  const told = [
    `Training: ${epochs} epochs. In each, all ${samples} digits are shown`,
    `An epoch: ${batches} batches of ${batchSize} digits. Weights and thresholds change after each batch`,
    `A batch: each of its ${batchSize} digits is shown ${timesteps} times in a row, here one of them.`,
    `Those are the T = ${timesteps} time steps; the answer is the mean of what came out.`,
  ];
  return picture({
    id: "spiking-epochs",
    title: "Epochs, batches and time steps",
    description: told.join(". ").replace("..", "."),
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="${LEFT}" y="26">${told[0]}</text>`,
      ...first.body,
      fan(first, 112),
      `<text class="head" x="${LEFT}" y="126">${told[1]}</text>`,
      ...second.body,
      fan(second, 222),
      `<text class="head" x="${LEFT}" y="240">${told[2]}</text>`,
      `<text class="head" x="${LEFT}" y="259">${told[3]}</text>`,
      ...third.body,
      ...images.flat(),
    ],
  });
}
