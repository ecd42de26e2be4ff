/** How what the network sees came about, in a sentence. */

import type { Look } from "../worker/protocol.js";

type Seen = Pick<
  Look,
  "input" | "imageShape" | "labelName" | "isBlank" | "isUntrained" | "preparation" | "hasLearnedDigits"
>;

export function sentenceOn(look: Seen): string {
  const { input, imageShape, labelName, isBlank, isUntrained, preparation } = look;
  if (isBlank) return "";
  if (imageShape[0] === 1 && input.source !== "sample") {
    return input.source === "drawing"
      ? "This network takes no images: the height of your line, from left to right, gives its numbers, from 0 to 1."
      : `This network takes no images: ${input.name} is scaled down to a row.`;
  }
  switch (input.source) {
    case "drawing":
      return drawn(look);
    case "picture":
      return `${input.name}, ${prepared[preparation]}.`;
    case "sample":
      return `Held-out image ${input.index + 1}${isUntrained ? "" : ", kept apart from those to learn from"}. Its class is ${labelName}.`;
  }
}

function drawn({ imageShape, hasLearnedDigits, isUntrained }: Seen): string {
  const digits = imageShape[0] === 8 && imageShape[1] === 8 ? "the UCI digits" : "MNIST's digits";
  if (hasLearnedDigits && !isUntrained) {
    return "Your drawing is brought to the size and the thickness of the digits it has learned from.";
  }
  return `Your drawing is brought to the size and the thickness of ${digits}${isUntrained || hasLearnedDigits ? "" : "; this network may have learned from other images"}.`;
}

const prepared: Readonly<Record<Look["preparation"], string>> = {
  uciDigits: "cut to its ink and brought to the size and the thickness of the UCI digits",
  mnist: "cut to its ink and brought to the size of MNIST's digits, its centre of mass in the middle",
  clothes: "cut to what is in it and scaled until it fills the image, as those of Fashion-MNIST",
  whole: "scaled to its size as a whole, with paper around what is not of its shape",
};
