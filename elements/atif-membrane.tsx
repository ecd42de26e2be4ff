/** <atif-membrane>: the potential of one neuron against its threshold, as the page shows it. */

import { DrawnElement } from "./drawn-element.js";
import { givenCount, givenList, givenNumber, shown } from "./given.js";
import { Membrane } from "./membrane.js";
import type { NeuronTrace } from "./spike-record.js";

/**
 * `trace` is what traceOf() takes from an activity: input, charged, spikes, potential, a number for each time step. `theta` is the
 * threshold, `step` the time step that is marked, the last one if it is left out, `label` the name of the neuron; these three are
 * attributes, too.
 */
export class AtifMembrane extends DrawnElement {
  static readonly observedAttributes: readonly string[] = ["theta", "step", "label"];
  #trace: NeuronTrace | null = null;
  #theta: number | null = null;
  #step: number | null = null;
  #label = "";

  get trace(): NeuronTrace | null {
    return this.#trace;
  }

  /** @throws TypeError, RangeError for what is no trace */
  set trace(given: NeuronTrace | null) {
    this.#trace = given === null || given === undefined ? null : checkedTrace(given);
    this.changed();
  }

  get theta(): number | null {
    return this.#theta;
  }

  set theta(theta: number | null) {
    this.#theta = givenNumber("atif-membrane: theta", theta, 0);
    this.changed();
  }

  get step(): number {
    const timesteps = this.#trace?.charged.length ?? 0;
    return Math.min(this.#step ?? timesteps, timesteps);
  }

  set step(step: number | null) {
    this.#step = givenCount("atif-membrane: step", step);
    this.changed();
  }

  get label(): string {
    return this.#label;
  }

  set label(label: string | null) {
    this.#label = label ?? "";
    this.changed();
  }

  protected override drawing(): unknown {
    const [trace, theta] = [this.#trace, this.#theta];
    if (trace === null || theta === null) return null;
    return <Membrane name={this.#label} theta={theta} trace={trace} step={this.step} />;
  }
}

function checkedTrace(given: NeuronTrace): NeuronTrace {
  if (typeof given !== "object")
    throw new TypeError(
      `atif-membrane: trace is ${shown(given)}; expected { input, charged, spikes, potential }, as traceOf() gives it.`,
    );
  const charged = givenList("atif-membrane: trace.charged", given.charged);
  if (charged.length === 0)
    throw new RangeError("atif-membrane: trace.charged is empty; expected a number for each time step.");
  const like = (name: "input" | "spikes" | "potential"): ArrayLike<number> =>
    givenList(`atif-membrane: trace.${name}`, given[name], charged.length);
  return { input: like("input"), charged, spikes: like("spikes"), potential: like("potential") };
}
