/** How what the network sees came about, in a sentence. */

import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";

type Seen = Pick<
  Look,
  "input" | "imageShape" | "labelName" | "isBlank" | "isUntrained" | "preparation" | "hasLearnedDigits"
>;

export function sentenceOn(look: Seen): string {
  const { input, imageShape, labelName, isBlank, isUntrained, preparation } = look;
  const { seen } = words;
  if (isBlank || input.source === "recording") return "";
  if (imageShape[0] === 1 && input.source !== "sample") {
    return input.source === "drawing" ? seen.line : seen.row(input.name);
  }
  switch (input.source) {
    case "drawing":
      return drawn(look);
    case "picture":
      return seen.picture[preparation](input.name);
    case "sample":
      return seen.sample(input.index + 1, String(labelName), isUntrained);
  }
}

function drawn({ imageShape, hasLearnedDigits, isUntrained }: Seen): string {
  if (hasLearnedDigits && !isUntrained) return words.seen.drawnAsLearned;
  const digits = imageShape[0] === 8 && imageShape[1] === 8 ? "uci" : "mnist";
  return words.seen.drawn(digits, !isUntrained && !hasLearnedDigits);
}
