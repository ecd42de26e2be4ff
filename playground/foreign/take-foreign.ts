/** Files of other tools that were dropped: weights, and texts that describe them. */

import { foreignPanel } from "../state/foreign-panel.js";
import { current } from "../state/page-state.js";
import type { RecognisedFiles } from "../state/recognised.js";
import { words } from "../words/words.js";
import { openAs } from "./asked.js";
import { ForeignPanel } from "./foreign-panel.js";

/** Longer texts describe no network. */
const MOST_TEXT = 2 ** 22;

/**
 * Weights, a text that describes them, or both; such a text alone is for the weights that are asked about.
 *
 * @throws Error with a sentence for the reader
 */
export async function takeForeign({
  networks,
  foreign,
  texts,
  pictures,
  idx,
}: RecognisedFiles): Promise<void> {
  foreignPanel.value = ForeignPanel;
  const { asking } = current();
  const others = networks.length + pictures.length + idx.length;
  const weights =
    foreign.length > 0 ? foreign[0].file : others === 0 && asking?.isDescribable ? asking.file : null;
  if (texts.length > 0 && weights === null) throw new Error(texts[0].sentence);
  if (texts.length > 1) throw new Error(words.notices.manyTexts(texts.map(({ file }) => file.name)));
  if (weights === null) return;
  const before = weights === asking?.file ? asking : { values: {}, facts: [], text: "", isDrafted: false };
  const text = texts.length === 0 ? before.text : await textOf(texts[0].file);
  await openAs({ isDescribable: true, ...before, file: weights, text });
}

async function textOf(file: File): Promise<string> {
  if (file.size <= MOST_TEXT) return file.text();
  throw new Error(words.notices.longText(file.name, file.size, MOST_TEXT));
}
