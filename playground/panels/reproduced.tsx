/** Whether a run that somebody shared is reproduced to the bit. */

import { useEffect } from "preact/hooks";
import { announce } from "../state/announcement.js";
import { runOf, sameSettings } from "../state/page-address.js";
import { select, type PageState } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Text } from "../words/text.js";
import { Emphasised } from "./emphasised.js";

const verdict = select(verdictOn);

export function Reproduced() {
  const { value } = verdict;
  useEffect(() => {
    // Read when it is known; what is told from the beginning is read with the page.
    if (value !== null && ["same", "other", "otherData"].includes(value.kind)) announce(plain(value.text));
  }, [value?.kind]);
  if (value === null) return null;
  return (
    <p class={`muted reproduced ${value.kind}`}>
      <Emphasised text={value.text} />
    </p>
  );
}

function plain(text: Text): string {
  return text.map((part) => (typeof part === "string" ? part : part.text)).join("");
}

export interface Verdict {
  readonly kind: "same" | "other" | "otherData" | "noHash" | "wanted" | "own";
  readonly text: Text;
}

/** null: there is nothing to compare, and nothing to share. */
export function verdictOn(state: PageState): Verdict | null {
  const run = runOf(state);
  if (run === null) return null;
  const { same, other, otherData, noHash, wanted, own } = words.train.reproduced;
  const { training, model, settings } = state;
  const isFinished =
    training.status === "finished" && model?.settings && sameSettings(model.settings, settings);
  if (run === training.result) return { kind: "own", text: own(run.weights) };
  if (!isFinished) return { kind: "wanted", text: wanted(run.weights) };
  const { result } = training;
  if (result === null) {
    // Not yet, or never.
    return globalThis.isSecureContext === false
      ? { kind: "noHash", text: noHash }
      : { kind: "wanted", text: wanted(run.weights) };
  }
  if (result.data !== run.data) return { kind: "otherData", text: otherData };
  if (result.weights === run.weights) return { kind: "same", text: same(run.weights) };
  return { kind: "other", text: other(run.weights, result.weights) };
}
