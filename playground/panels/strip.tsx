/** The network as a strip, from the input to the answer: what fires at the step that is shown, how often, and against which threshold. */

import { selectLayer } from "../actions.js";
import { LayerPicture } from "../charts/layer-picture.js";
import { eventParts } from "../events/late-events.js";
import { figure, percent } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look, ModelSummary } from "../worker/protocol.js";
import { Seen } from "./seen.js";
import "./strip.css";

const look = select((state) => state.look);
const model = select((state) => state.model);
const step = select((state) => state.step);
const selected = select((state) => state.staircases.layer);

export function Strip() {
  const [now, network] = [look.value, model.value];
  // Between two networks, what was seen is of the one before.
  const isShown = now !== null && network !== null && now.layers.length === network.layers.length;
  return (
    <ol class="strip" aria-label={words.strip.label}>
      {isShown ? <Boxes look={now} network={network} step={Math.min(step.value, now.timesteps)} /> : null}
    </ol>
  );
}

interface Props {
  readonly look: Look;
  readonly network: ModelSummary;
  readonly step: number;
}

function Boxes({ look, network, step }: Props) {
  const { strip } = words;
  const { layers, answers, classNames, isBlank, isUntrained } = look;
  const at = Math.min(selected.value, layers.length - 1);
  const nameOf = (source: number): string => (source < 0 ? strip.input : network.layers[source].name);
  /** What comes from elsewhere than from the box before. */
  const reads = (sources: readonly number[], before: number): string =>
    sources.length === 1 && sources[0] === before ? "" : strip.reads(sources.map(nameOf));
  const answer = isBlank || isUntrained ? "–" : classNames[answers[step - 1]];
  return (
    <>
      <li class="box input">
        <span class="box-name">{strip.input}</span>
        <Seen look={look} />
        <span class="box-facts">
          {strip.pixels(look.imageShape[0], look.imageShape[1])}
          {look.sequence === null ? null : (
            <>
              <br />
              {eventParts()?.briefly(look.sequence, step) ?? "…"}
            </>
          )}
        </span>
      </li>
      {layers.map((layer, i) => {
        const { name, ownName, sources } = network.layers[i];
        const rate = percent(firingRate(layer, step));
        const elsewhere = reads(sources, i - 1);
        return (
          <li key={i} class="box">
            <button type="button" aria-pressed={i === at} title={ownName} onClick={() => selectLayer(i)}>
              <span class="box-name">{name}</span>
              <LayerPicture layer={layer} step={step} />
              <span class="box-facts">
                {strip.fires(rate)}
                <br />θ {figure(layer.theta)}
                {elsewhere === "" ? "" : <small>{elsewhere}</small>}
              </span>
            </button>
          </li>
        );
      })}
      <li class="box answer-box">
        <span class="box-name">{strip.answer}</span>
        <b class={answer.length > 3 ? "long" : ""}>{answer}</b>
        <span class="box-facts">
          {strip.after(step)}
          {layers.length === 0 ? "" : <small>{reads(network.answerSources, layers.length - 1)}</small>}
        </span>
      </li>
    </>
  );
}

/** Share of the steps so far in which its neurons fired. */
function firingRate({ spikes, neurons }: Look["layers"][number], step: number): number {
  let count = 0;
  for (let i = 0; i < step * neurons; i++) count += spikes[i];
  return count / (step * neurons);
}
