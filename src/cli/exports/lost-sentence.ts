/** What a report says stands in the way, as one sentence for the end of a command. */

import type { FidelityNote, FidelityReport } from "../../exchange/fidelity-report.js";

/** Layers that are named before the rest is counted. */
const NAMED = 3;

/** "a, b: MaxPool2d: NIR has no maximum; fc: …": the notes that make the verdict, layers of the same fate together. */
export function lostSentence({ verdict, notes }: FidelityReport): string {
  const groups = new Map<string, FidelityNote[]>();
  for (const note of notes) {
    if (note.verdict !== verdict) continue;
    const said = `${note.what}: ${note.why.replace(/\.$/, "")}`;
    groups.set(said, [...(groups.get(said) ?? []), note]);
  }
  return [...groups].map(([said, own]) => `${layersOf(own)}${said}`).join("; ");
}

function layersOf(notes: readonly FidelityNote[]): string {
  const layers = notes.flatMap(({ layer }) => (layer === null ? [] : [layer]));
  if (layers.length === 0) return "";
  const more = layers.length - NAMED;
  return `${layers.slice(0, NAMED).join(", ")}${more > 0 ? ` and ${more} more` : ""}: `;
}
