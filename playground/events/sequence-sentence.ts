/** How the sequence that the network is shown came about, in a sentence. */

import { words } from "../words/words.js";
import { eventWords } from "../words/event-words.js";
import type { Look } from "../worker/protocol.js";

export function sentenceOnSequence({
  input,
  sequence,
  labelName,
  isBlank,
  isUntrained,
  timesteps,
}: Pick<Look, "input" | "sequence" | "labelName" | "isBlank" | "isUntrained" | "timesteps">): string {
  if (isBlank || sequence === null) return "";
  const { drawing, picture, recording, seen } = eventWords;
  // Of rows, only what comes from files is not blank.
  const way = sequence.kind === "rows" ? "" : seen[sequence.kind];
  switch (input.source) {
    case "recording":
      return recording(input.name, timesteps);
    case "sample":
      return words.seen.sample(input.index + 1, String(labelName), isUntrained);
    case "picture":
      return `${picture(input.name)} ${way}`;
    case "drawing":
      return sequence.kind === "coded" ? seen.coded : `${drawing} ${way}`;
  }
}
