/** The scores of the ten classes after each time step, for a digit about which the network changes its mind. */

import { recordActivity, tensor } from "../../dist/index.js";
import { colours } from "../../dist/drawing/colours.js";
import { picture } from "../../dist/drawing/picture.js";
import { rounded } from "../../dist/drawing/xml-text.js";
import { digitImage } from "./digit-image.mjs";

const CLASSES = 10;
const [WIDTH, HEIGHT, LEFT, TOP, TALL, GAP] = [760, 226, 120, 70, 120, 26];

/** The first digit of the data whose answer is wrong after one time step and right at the end. */
function digitThatTurns(model, data) {
  for (let i = 0; i < data.length; i++) {
    const { x, labels } = data.batch([i]);
    const { answers, scores } = recordActivity(model, tensor(x, [1, 8, 8, 1]));
    if (answers[0] !== labels[0] && answers[answers.length - 1] === labels[0]) {
      return { x, label: labels[0], answers, scores };
    }
  }
  throw new Error("the network changes its mind about no digit.");
}

export function answersPicture(model, data) {
  const { x, label, answers, scores } = digitThatTurns(model, data);
  const T = answers.length;
  const width = (WIDTH - LEFT - 16 + GAP) / T - GAP;
  const [low, high] = [Math.min(0, ...scores), Math.max(...scores)];
  const y = (score) => TOP + (TALL * (high - score)) / (high - low);
  const panels = Array.from({ length: T }, (_, t) => {
    const left = LEFT + t * (width + GAP);
    const wide = width / CLASSES;
    const bars = Array.from({ length: CLASSES }, (_, c) => {
      const score = scores[t * CLASSES + c];
      const [top, bottom] = [y(Math.max(0, score)), y(Math.min(0, score))];
      const isAnswer = answers[t] === c;
      return [
        `<rect x="${rounded(left + c * wide + 1)}" y="${rounded(top)}" width="${rounded(wide - 2)}" height="${rounded(bottom - top)}" fill="${isAnswer ? colours.blue : "#9a9a9a"}"/>`,
        `<text x="${rounded(left + (c + 0.5) * wide)}" y="${TOP + TALL + 20}" text-anchor="middle"${isAnswer ? ` class="head"` : ""}>${c}</text>`,
      ];
    });
    return [
      `<text class="head" x="${rounded(left)}" y="${TOP - 14}">after ${t + 1}: ${answers[t]}${answers[t] === label ? "" : ", wrong"}</text>`,
      `<line class="axis" x1="${rounded(left)}" y1="${rounded(y(0))}" x2="${rounded(left + width)}" y2="${rounded(y(0))}"/>`,
      ...bars.flat(),
    ];
  });
  const said = Array.from(answers, (answer, t) => `After ${t + 1}: ${answer}.`).join(" ");
  return picture({
    id: "spiking-answers",
    title: "A network changes its mind from time step to time step",
    description: `The scores of the ten classes, mean over the time steps so far, for a handwritten ${label}. ${said}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      `<text class="head" x="16" y="22">One handwritten ${label}, shown ${T} times: the score of each class, mean of the time steps so far</text>`,
      ...digitImage(x, 16, TOP, 80),
      ...panels.flat(),
      `<text x="${LEFT - 10}" y="${TOP + TALL + 20}" text-anchor="end">class</text>`,
    ],
  });
}
