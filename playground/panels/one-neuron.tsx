/** One neuron, step by step: what it receives, its potential, the threshold, the spike, and what is left. */

import { useEffect } from "preact/hooks";
import { Membrane } from "../../elements/membrane.js";
import { neuronName } from "../../elements/neuron-name.js";
import { askArrivals, pick } from "../actions.js";
import { figure } from "../format.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look, Trace } from "../worker/protocol.js";
import { Emphasised } from "./emphasised.js";
import { Received } from "./received.js";
import "./one-neuron.css";

const look = select((state) => state.look);
const trace = select((state) => state.trace);
const step = select((state) => state.step);
const arrivals = select((state) => state.arrivals);

export function OneNeuronPanel() {
  const { neuron } = words;
  const [now, own] = [look.value, trace.value];
  if (now?.layers.length === 0) return <p class="muted">{words.inside.noLayers}</p>;
  return (
    <>
      <p>
        <Emphasised text={neuron.lead} />
      </p>
      {now === null || own === null || own.layer >= now.layers.length ? null : (
        <Shown look={now} trace={own} />
      )}
    </>
  );
}

function Shown({ look, trace }: { look: Look; trace: Trace }) {
  const { neuron: of } = words;
  const { layer, neuron } = trace;
  const at = Math.min(step.value, look.timesteps);
  useEffect(() => askArrivals({ layer, neuron, step: at }), [trace, at]);
  const { neurons } = look.layers[layer];
  const go = (further: number): void => void pick({ layer, neuron: (neuron + further + neurons) % neurons });
  const received = arrivals.value;
  const isOfThis = received?.layer === layer && received.neuron === neuron && received.step === at;
  return (
    <>
      <div class="buttons">
        <button type="button" onClick={() => go(-1)} aria-label={of.before}>
          ‹
        </button>
        <button type="button" onClick={() => go(1)} aria-label={of.after}>
          ›
        </button>
        <span class="neuron-name">{neuronName(look, trace)}</span>
      </div>
      <div class="one-neuron">
        <Membrane name={neuronName(look, trace)} theta={look.layers[layer].theta} trace={trace} step={at} />
        <Equations trace={trace} theta={look.layers[layer].theta} step={at} />
        <Received look={look} arrivals={isOfThis ? received : null} isKnown={received !== null} />
      </div>
    </>
  );
}

interface EquationsProps {
  readonly trace: Trace;
  readonly theta: number;
  readonly step: number;
}

/** With the numbers of the step, as the library recorded them. */
function Equations({ trace, theta, step }: EquationsProps) {
  const { neuron: of } = words;
  const t = step - 1;
  const before = t === 0 ? 0 : trace.potential[t - 1];
  const [input, charged, after] = [trace.input[t], trace.charged[t], trace.potential[t]].map(figure);
  const fired = trace.spikes[t] === 1;
  // Neurons of other kinds leak, or are put back to a value: of those only the numbers are said.
  const subtracts = fired && isNear(trace.charged[t] - theta, trace.potential[t]);
  const keeps = !fired && isNear(trace.charged[t], trace.potential[t]);
  return (
    <div class="equations">
      <h3>{of.atStep(step)}</h3>
      <ol>
        <li>
          {of.adds}
          <code>
            {isNear(before + trace.input[t], trace.charged[t]) ? (
              <>
                u = v + x = {figure(before)} + {input} ={" "}
              </>
            ) : (
              "u = "
            )}
            <b>{charged}</b>
          </code>
        </li>
        <li>
          {of.compares}
          <code>
            u {fired ? "≥" : "<"} θ: {charged} {fired ? "≥" : "<"} {figure(theta)}
          </code>
          <b class={fired ? "fires" : ""}>{fired ? of.fires : of.isSilent}</b>
        </li>
        <li>
          {subtracts ? of.subtracts : keeps ? of.keeps : of.resets}
          <code>
            {subtracts ? `v = u − θ = ${charged} − ${figure(theta)} = ` : keeps ? "v = u = " : "v = "}
            <b>{after}</b>
          </code>
        </li>
      </ol>
    </div>
  );
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-4 * Math.max(1, Math.abs(b));
}
