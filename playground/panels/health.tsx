/** Threshold health: layers that have gone wrong, and what to try. */

import { figure, percent } from "../format.js";
import { select } from "../state/page-state.js";

const findings = select((state) => state.findings);
const measuredOf = select((state) => state.measured);
const model = select((state) => state.model);
const staircases = select((state) => state.staircases);
const training = select((state) => state.training);

export function HealthPanel() {
  const layers = model.value?.layers ?? [];
  const of = measuredOf.value;
  // Of a network that has not been measured, nothing is said.
  const isKnown = of !== null;
  const measured = of === "now" ? staircases.value.trained?.layers : undefined;
  const reports =
    of === "now" ? undefined : training.value.history.find(({ epoch }) => epoch === of?.epoch)?.layers;
  return (
    <>
      <p>
        A layer can fall silent, fire all the time, or learn a threshold so small that its spikes carry
        nothing. Such a layer is named here, with what to try. Rates are measured on held-out images.
      </p>
      {model.value === null || layers.length > 0 ? null : (
        <p class="muted">This network has no spiking layers.</p>
      )}
      {isKnown || model.value === null || layers.length === 0 ? null : (
        <p class="muted" role="status">
          {training.value.status === "running"
            ? "Not measured yet: it is after every epoch, and when training pauses."
            : model.value.fitsData
              ? "Measuring …"
              : "Drop the data that this network was trained on, and its layers are measured."}
        </p>
      )}
      {of === null || of === "now" ? null : <p class="muted">As it was after epoch {of.epoch}.</p>}
      <ul class="health">
        {layers.map(({ path, name, theta }) => {
          const own = isKnown ? findings.value.filter(({ layer }) => layer === path) : [];
          const seen = measured?.find((layer) => layer.name === name);
          const rate = seen?.firingRate ?? reports?.find((layer) => layer.name === path)?.firingRate;
          return (
            <li key={name} class={!isKnown ? "" : own.length === 0 ? "well" : "unwell"}>
              <b>
                {name}:{" "}
                {!isKnown
                  ? "not measured"
                  : own.length === 0
                    ? "well"
                    : own.map(({ problem }) => problem).join(", ")}
              </b>{" "}
              <span class="muted">
                θ {figure(theta)}
                {rate === undefined ? "" : `, fires in ${percent(rate)} of its steps`}
                {seen === undefined ? "" : `, ${seen.silentNeurons} of ${seen.neurons} neurons never fire`}
              </span>
              {own.map(({ problem, sentence, advice }) => (
                <p key={problem}>
                  {sentence} {advice}
                </p>
              ))}
            </li>
          );
        })}
      </ul>
    </>
  );
}
