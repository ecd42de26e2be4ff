/** English words of what is drawn and looked at, and of the answer to it. */

import { counted, grouped } from "../format.js";
import { b, text, type Text } from "./text.js";

const steps = (count: number): string => counted(count, "time step");

export const englishDraw = {
  invitation: {
    digit: "Draw a digit, or drop a picture of one.",
    other: "Draw, or drop a picture of what this network knows.",
  },
  lead: "The network looks at it anew with every line: the same image at every time step, and after each step an answer. The first is a guess; with every further step it becomes finer.",
  orDraw: "or draw one yourself",
  story: {
    changed: (first: string, last: string, timesteps: number): Text =>
      text`After ${b("1 step")} the network says ${b(first)}. After ${b(steps(timesteps))} it says ${b(last)}: it has changed its mind.`,
    kept: (answer: string, timesteps: number): Text =>
      text`The network says ${b(answer)}, after the first step and after ${steps(timesteps)}.`,
    isRight: "That is right.",
    isWrong: (label: string) => `That is wrong: it is ${label}.`,
  },
  sampleBefore: "Show the held-out image before",
  sampleAfter: "Held-out image ›",
  seen: "The image as the network sees it",
  blankPicture: (name: string): Text =>
    text`${b(`Nothing to see in ${name}`)}: it is blank, so there is no answer.`,
  blankDrawing: text`${b("Nothing drawn")}, so there is no answer.`,
  chance: text`${b("Untrained: chance.")} This network has learned nothing yet. Its scores come from its first weights, which were drawn at random; train it, and it answers.`,
  answers: (after: readonly number[]) =>
    `The answer after ${after.slice(0, -1).join(", ")} and ${after.at(-1) ?? 0} time steps`,
  /** The verdict is on an image whose class is known. */
  ahead: (lead: string, verdict: "right" | "wrong" | "") =>
    `${verdict === "" ? "" : `${verdict}, `}${lead} ahead`,
  spikes: (count: number) => counted(count, "spike"),
  scores: "Scores after each step.",
  score: "score",
  scoreAt: (name: string, step: number, score: string) => `${name} after step ${step}: ${score}`,
  beyond: (timesteps: number) => `Hatched: beyond its ${counted(timesteps, "step")}.`,
  beyondTrained: "beyond its T",
  scoresMeanNothing: "None of them means anything yet.",
  highestScore: "The highest is the answer.",
  step: "step",
  goToStep: (step: number) => `Go to step ${step}`,
};

/** How what the network sees came about. */
export const englishSeen = {
  line: "This network takes no images: the height of your line, from left to right, gives its numbers, from 0 to 1.",
  row: (name: string) => `This network takes no images: ${name} is scaled down to a row.`,
  picture: {
    uciDigits: (name: string) =>
      `${name}, cut to its ink and brought to the size and the thickness of the UCI digits.`,
    mnist: (name: string) =>
      `${name}, cut to its ink and brought to the size of MNIST's digits, its centre of mass in the middle.`,
    clothes: (name: string) =>
      `${name}, cut to what is in it and scaled until it fills the image, as those of Fashion-MNIST.`,
    whole: (name: string) =>
      `${name}, scaled to its size as a whole, with paper around what is not of its shape.`,
  },
  sample: (number: number, label: string, isUntrained: boolean) =>
    `Held-out image ${grouped(number)}${isUntrained ? "" : ", kept apart from those to learn from"}. Its class is ${label}.`,
  drawnAsLearned: "Your drawing is brought to the size and the thickness of the digits it has learned from.",
  drawn: (digits: "uci" | "mnist", isOfOthers: boolean) =>
    `Your drawing is brought to the size and the thickness of ${digits === "uci" ? "the UCI digits" : "MNIST's digits"}${isOfOthers ? "; this network may have learned from other images" : ""}.`,
};
