/** A file of another tool that is to be opened: what is asked of the reader, what is answered, what comes of it. */

import { importModel, opened, told } from "../actions.js";
import { change, current, type Asking } from "../state/page-state.js";
import { optionsOf } from "./options-of.js";

/** Opens the file, or asks for what is not known. @throws Error with a sentence for the reader */
export async function openAs(asking: Asking): Promise<void> {
  const { file, values, text } = asking;
  // Whatever comes of it, what was dropped stays in the form.
  if (current().asking?.file === file) change({ asking });
  const answer = await importModel(file, optionsOf(values, text));
  if (answer.kind === "opened") return opened(answer.model);
  const known = asking.facts.filter(({ option }) => answer.facts.every((fact) => fact.option !== option));
  const { isDescribable, draft, sentence, detail } = answer;
  const isDrafted = draft !== null || asking.isDrafted;
  change({
    asking: {
      file,
      values,
      text: draft ?? text,
      isDescribable,
      isDrafted,
      facts: [...known, ...answer.facts],
    },
    notice: { kind: "error", sentence, ...(detail === null ? {} : { detail }) },
  });
}

/** Something was typed. */
export function say(changes: Partial<Pick<Asking, "values" | "text">>): void {
  const { asking } = current();
  if (asking !== null) change({ asking: { ...asking, ...changes } });
}

/** Tries again, with what was typed. */
export function openAsked(): Promise<void> {
  return told(async () => {
    const { asking } = current();
    if (asking !== null) await openAs(asking);
  });
}

export function leaveAsked(): void {
  change({ asking: null, notice: null });
}
