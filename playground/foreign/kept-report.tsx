/** The report of a network that was brought in: the verdict, and a note for each thing that was changed or left out. */

import type { FidelityReport, Verdict } from "atif";

const meaning: Readonly<Record<Verdict, string>> = {
  exact: "the same spikes and scores as where it comes from, up to the order of sums",
  approximate: "something was lost that changes what the network computes",
  unsupported: "it cannot be said here",
};

export function KeptReport({ name, report: { verdict, notes } }: { name: string; report: FidelityReport }) {
  return (
    <div class="kept" role="group" aria-labelledby="kept-title">
      <h3 id="kept-title">What was kept of {name}</h3>
      <p>
        Verdict: <b class={`verdict ${verdict}`}>{verdict}</b>, {meaning[verdict]}.
      </p>
      {notes.length === 0 ? null : (
        <ul>
          {notes.map(({ layer, what, why }, i) => (
            <li key={i}>
              {layer === null ? null : <code>{layer}</code>} <b>{what}</b>: {why}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
