/** Files for devices and other tools, each with what was checked of it and what was not. */

import type { CTarget, FidelityNote, FidelityReport } from "atif";
import { oneDecimal } from "../format.js";
import { Emphasised } from "../panels/emphasised.js";
import { select } from "../state/page-state.js";
import { deployWords } from "../words/deploy-words.js";
import type { Text } from "../words/text.js";
import { words } from "../words/words.js";
import { setTarget, write } from "./deploy-actions.js";
import type { Exported, ExportForm } from "./deploy-protocol.js";
import { deployState } from "./deploy-state.js";

const targets: readonly CTarget[] = ["c99", "arduino", "cortex-m", "riscv"];
const forms: readonly ExportForm[] = ["c", "float-c", "onnx", "nir", "quantized"];
const NEEDS_DATA: readonly ExportForm[] = ["c", "quantized"];

const model = select((state) => state.model);

export function DeployTake({ fits }: { readonly fits: boolean }) {
  const { target, writing, written } = deployState.value;
  const w = deployWords;
  return (
    <>
      <h3>{w.take}</h3>
      <label class="choice">
        {w.target}{" "}
        <select value={target} onChange={({ currentTarget }) => setTarget(currentTarget.value as CTarget)}>
          {targets.map((each) => (
            <option key={each} value={each}>
              {w.targets[each]}
            </option>
          ))}
        </select>
      </label>
      <div class="buttons">
        {forms.map((form) => (
          <button
            key={form}
            type="button"
            disabled={model.value === null || writing !== null || (!fits && NEEDS_DATA.includes(form))}
            onClick={() => void write(form)}
          >
            {w.forms[form]}
          </button>
        ))}
      </div>
      <p role="status" class="muted">
        {writing === null ? "" : w.writing}
      </p>
      <ul class="taken">
        {written.map((exported) => (
          <li key={exported.form}>
            <Taken exported={exported} />
          </li>
        ))}
      </ul>
    </>
  );
}

const BYTES = 1000;

function Taken({ exported }: { readonly exported: Exported }) {
  const { form, file, report } = exported;
  const w = deployWords;
  return (
    <>
      <p>
        {file === null ? (
          <b>{w.cannot(w.forms[form])}</b>
        ) : (
          <Emphasised text={w.written(file.name, w.kilobytes(oneDecimal(file.bytes.length / BYTES)))} />
        )}
      </p>
      {report === null ? null : <Verdict report={report} />}
      {file === null ? null : (
        <>
          <p>
            <b>{w.here}</b> {checkedHere(exported)}
          </p>
          <p>
            <b>{w.notHere}</b> <Emphasised text={leftToDo(exported)} />
          </p>
        </>
      )}
    </>
  );
}

function Verdict({ report: { verdict, notes } }: { readonly report: FidelityReport }) {
  const { foreign } = words;
  return (
    <>
      <p>
        {foreign.verdict} <b class={verdict}>{foreign.verdicts[verdict]}</b>, {foreign.meaning[verdict]}.
      </p>
      {notes.length === 0 ? null : (
        <ul>
          {grouped(notes).map(({ layers, said }) => (
            <li key={said}>
              {layers.map((layer) => (
                <>
                  <code>{layer}</code>{" "}
                </>
              ))}
              {said}
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** What is said of several layers is said once. */
function grouped(notes: readonly FidelityNote[]): { readonly said: string; readonly layers: string[] }[] {
  const layers = new Map<string, string[]>();
  for (const { layer, what, why } of notes) {
    const said = `${what}: ${why}`;
    layers.set(said, [
      ...(layers.get(said) ?? []),
      ...(layer === null ? [] : [layer.replace(/^layers\./, "")]),
    ]);
  }
  return [...layers].map(([said, own]) => ({ said, layers: own }));
}

function checkedHere({ integers, report }: Exported): string {
  const w = deployWords;
  if (integers !== null) {
    const { differing, integers: all, first } = integers;
    return differing === 0 ? w.sameIntegers(all) : w.disproved(differing, all, first?.layer ?? "");
  }
  if (report?.measured === undefined) return w.nothing;
  const { samples, timesteps, spikes, differing, otherClass } = report.measured;
  return w.readBack(samples, timesteps, spikes, differing, otherClass);
}

function leftToDo({ form, tests, ties }: Exported): Text {
  const { yours } = deployWords;
  switch (form) {
    case "c":
      return tests === null ? yours.untested : yours.c(tests);
    case "float-c":
      return tests === null ? yours.untested : yours.floatC(tests, ties);
    case "onnx":
      return yours.onnx;
    case "nir":
      return yours.nir;
    case "quantized":
      return yours.quantized;
  }
}
