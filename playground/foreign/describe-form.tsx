/** What a file of another tool does not say of its network: a field for each, or a text that describes all of it. */

import { useEffect, useRef } from "preact/hooks";
import type { Asking } from "../state/page-state.js";
import { leaveAsked, openAsked, say } from "./asked.js";

const labels: Readonly<Record<string, string>> = {
  inputShape: "Shape of the input",
  timesteps: "Time steps T",
  kind: "Kind of network",
  stepMode: "Step mode",
  neuron: "Neurons",
  strides: "Strides",
  paddings: "Paddings",
  poolSizes: "Pool sizes",
  prepool: "Pooling of the input",
  postpool: "Pooling of the last map",
  dropouts: "Dropouts",
  dt: "Length of a time step",
  name: "Name in the description",
  key: "Key of the state dict",
};

export function DescribeForm({ asking: { file, facts, values, isDescribable, text } }: { asking: Asking }) {
  const form = useRef<HTMLFormElement>(null);
  // Whoever dropped the file is led to what is asked.
  useEffect(() => form.current?.querySelector<HTMLElement>("input, textarea")?.focus(), []);
  return (
    <form
      ref={form}
      class="describe"
      aria-labelledby="describe-title"
      onSubmit={(event) => {
        event.preventDefault();
        void openAsked();
      }}
    >
      <h3 id="describe-title">What {file.name} does not say</h3>
      {facts.map(({ option, expects }) => (
        <label key={option} class="fact">
          <span>
            {labels[option] ?? option} <code>{option}</code>
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
          <span>Or a description of all of it</span>
          <textarea
            name="description"
            rows={4}
            value={text}
            spellcheck={false}
            aria-describedby="expects-description"
            onInput={({ currentTarget }) => say({ text: currentTarget.value })}
          />
          <small id="expects-description">
            The experiment file of Qualia (TOML), or its architecture or a list of its layers (JSON): paste
            the text, or drop the file on the page.
          </small>
        </label>
      ) : null}
      <div class="buttons">
        <button type="submit">Open the network</button>
        <button type="button" onClick={leaveAsked}>
          Leave it
        </button>
      </div>
    </form>
  );
}
