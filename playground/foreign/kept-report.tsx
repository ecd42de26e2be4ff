/** The report of a network that was brought in: the verdict, and a note for each thing that was changed or left out. */

import type { FidelityReport } from "atif";
import { words } from "../words/words.js";

export function KeptReport({ name, report: { verdict, notes } }: { name: string; report: FidelityReport }) {
  const { foreign } = words;
  return (
    <div class="kept" role="group" aria-labelledby="kept-title">
      <h3 id="kept-title">{foreign.kept(name)}</h3>
      <p>
        {foreign.verdict} <b class={`verdict ${verdict}`}>{foreign.verdicts[verdict]}</b>,{" "}
        {foreign.meaning[verdict]}.
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
