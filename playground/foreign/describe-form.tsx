/** What a file of another tool does not say of its network: a field for each, or a text that describes all of it. */

import { useEffect, useRef } from "preact/hooks";
import type { Asking } from "../state/page-state.js";
import { words } from "../words/words.js";
import { leaveAsked, openAsked, say } from "./asked.js";

/** Of options that importModel may ask for later, there is the name alone. */
const labelOf = (option: string): string => {
  const labels: Readonly<Record<string, string>> = words.foreign.facts;
  return Object.hasOwn(labels, option) ? labels[option] : option;
};

export function DescribeForm({
  asking: { file, facts, values, isDescribable, isDrafted, text },
}: {
  asking: Asking;
}) {
  const form = useRef<HTMLFormElement>(null);
  // Whoever dropped the file is led to what is asked.
  useEffect(() => form.current?.querySelector<HTMLElement>("input, textarea")?.focus(), []);
  return (
    <form
      ref={form}
      aria-labelledby="describe-title"
      onSubmit={(event) => {
        event.preventDefault();
        void openAsked();
      }}
    >
      <h3 id="describe-title">{words.foreign.asked(file.name)}</h3>
      {facts.map(({ option, expects }) => (
        <label key={option} class="fact">
          <span>
            {labelOf(option)} <code>{option}</code>
          </span>
          <input
            name={option}
            value={values[option] ?? ""}
            autoComplete="off"
            spellcheck={false}
            aria-describedby={`expects-${option}`}
            onInput={({ currentTarget }) => say({ values: { ...values, [option]: currentTarget.value } })}
          />
          <small id={`expects-${option}`}>{expects}</small>
        </label>
      ))}
      {isDescribable ? (
        <label class="fact">
          <span>{isDrafted ? words.foreign.layers : words.foreign.describe}</span>
          <textarea
            name="description"
            rows={isDrafted ? 8 : 4}
            value={text}
            spellcheck={false}
            aria-describedby="expects-description"
            onInput={({ currentTarget }) => say({ text: currentTarget.value })}
          />
          <small id="expects-description">
            {isDrafted ? words.foreign.layersHelp : words.foreign.describeHelp}
          </small>
        </label>
      ) : null}
      <div class="buttons">
        <button type="submit">{words.foreign.open}</button>
        <button type="button" onClick={leaveAsked}>
          {words.foreign.leave}
        </button>
      </div>
    </form>
  );
}
