/** Threshold health: layers that have gone wrong, and what to try. */

import { SaveButtons } from "../figures/save-buttons.js";
import { figure, percent } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import "./health.css";

const findings = select((state) => state.findings);
const measuredOf = select((state) => state.measured);
const model = select((state) => state.model);
const staircases = select((state) => state.staircases);
const training = select((state) => state.training);

export function HealthPanel() {
  const { health } = words;
  const layers = model.value?.layers ?? [];
  const of = measuredOf.value;
  // Of a network that has not been measured, nothing is said.
  const isKnown = of !== null;
  const measured = of === "now" ? staircases.value.trained?.layers : undefined;
  const reports =
    of === "now" ? undefined : training.value.history.find(({ epoch }) => epoch === of?.epoch)?.layers;
  return (
    <>
      <p>{health.lead}</p>
      {model.value === null || layers.length > 0 ? null : <p class="muted">{health.noLayers}</p>}
      {isKnown || model.value === null || layers.length === 0 ? null : (
        <p class="muted" role="status">
          {training.value.status === "running"
            ? health.notYet
            : model.value.fitsData
              ? health.measuring
              : health.dropData}
        </p>
      )}
      {of === null || of === "now" ? null : <p class="muted">{health.afterEpoch(of.epoch)}</p>}
      <ul class="health">
        {layers.map(({ path, name, theta }) => {
          const own = isKnown ? findings.value.filter(({ layer }) => layer === path) : [];
          const seen = measured?.find((layer) => layer.name === name);
          const rate = seen?.firingRate ?? reports?.find((layer) => layer.name === path)?.firingRate;
          return (
            <li key={name} class={isKnown && own.length > 0 ? "unwell" : ""}>
              <b>
                {name}:{" "}
                {!isKnown
                  ? health.notMeasured
                  : own.length === 0
                    ? health.well
                    : own.map(({ problem }) => health.problems[problem]).join(", ")}
              </b>{" "}
              <span class="muted">
                θ {figure(theta)}
                {rate === undefined ? "" : health.fires(percent(rate))}
                {seen === undefined ? "" : health.neverFire(seen.silentNeurons, seen.neurons)}
              </span>
              {own.map((finding) => (
                <p key={finding.problem}>{health.finding(finding)}</p>
              ))}
            </li>
          );
        })}
      </ul>
      <SaveButtons figure="health" disabled={of !== "now"} />
    </>
  );
}
