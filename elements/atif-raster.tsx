/** <atif-raster>: the spikes of all layers, as the page shows them. */

import { DrawnElement } from "./drawn-element.js";
import { givenCount, givenList, shown } from "./given.js";
import { Raster } from "./raster.js";
import type { PickedNeuron, RecordedLayer } from "./spike-record.js";

/** A layer of an activity is one; so is { name: "hidden", neurons: 3, spikes: [0, 1, 0, 1, 0, 0] }, two time steps of three neurons. */
export interface GivenLayer extends Omit<RecordedLayer, "shape"> {
  /** Left out: neurons in a row. */
  readonly shape?: readonly number[];
}

/** A neuron was clicked, or chosen by Enter. */
export type PickEvent = CustomEvent<PickedNeuron>;

/**
 * `layers` are those of recordActivity(); `step`, also an attribute, is the time step that is marked, from 1 to T, the last one if
 * it is left out; `picked` the neuron that is marked. A neuron that is clicked becomes `picked`, and the event `pick` says which.
 */
export class AtifRaster extends DrawnElement {
  static readonly observedAttributes: readonly string[] = ["step"];
  #layers: readonly RecordedLayer[] = [];
  #step: number | null = null;
  #picked: PickedNeuron | null = null;

  get layers(): readonly GivenLayer[] {
    return this.#layers;
  }

  /** @throws TypeError, RangeError for what are no layers, and for those of different numbers of time steps */
  set layers(given: readonly GivenLayer[] | null) {
    this.#layers = checkedLayers(given ?? []);
    this.#picked = null;
    this.changed();
  }

  /** How many there are; 0 without layers. */
  get timesteps(): number {
    return this.#layers.length === 0 ? 0 : timestepsOf(this.#layers[0]);
  }

  get step(): number {
    return Math.min(this.#step ?? this.timesteps, this.timesteps);
  }

  set step(step: number | null) {
    this.#step = givenCount("atif-raster: step", step);
    this.changed();
  }

  get picked(): PickedNeuron | null {
    return this.#picked;
  }

  /** @throws RangeError for one that is not there */
  set picked(picked: PickedNeuron | null) {
    if (
      picked !== null &&
      !(picked.neuron >= 0 && picked.neuron < (this.#layers[picked.layer]?.neurons ?? 0))
    )
      throw new RangeError(
        `atif-raster: picked is neuron ${picked.neuron} of layer ${picked.layer}; expected one of those given as layers, counted from 0.`,
      );
    this.#picked = picked;
    this.changed();
  }

  protected override drawing(): unknown {
    if (this.#layers.length === 0) return null;
    return (
      <Raster
        look={{ timesteps: this.timesteps, layers: this.#layers }}
        step={this.step}
        picked={this.#picked}
        onPick={(picked) => {
          this.picked = picked;
          this.tell("pick", picked);
        }}
        say={(sentence) => this.say(sentence)}
      />
    );
  }
}

function timestepsOf({ spikes, neurons }: RecordedLayer): number {
  return spikes.length / neurons;
}

function checkedLayers(given: unknown): readonly RecordedLayer[] {
  if (!Array.isArray(given))
    throw new TypeError(
      `atif-raster: layers is ${shown(given)}; expected a list, such as recordActivity(model, x).layers.`,
    );
  const layers = (given as GivenLayer[]).map((layer, i): RecordedLayer => {
    const where = `atif-raster: layers[${i}]`;
    const neurons = givenCount(`${where}.neurons`, layer?.neurons);
    if (neurons === null) throw new TypeError(`${where} has no neurons; expected { name, neurons, spikes }.`);
    const spikes = givenList(`${where}.spikes`, layer.spikes);
    if (spikes.length === 0 || spikes.length % neurons !== 0)
      throw new RangeError(
        `${where}.spikes has ${spikes.length} numbers for ${neurons} neurons; expected so many for each time step.`,
      );
    return { name: String(layer.name ?? `layer ${i + 1}`), neurons, spikes, shape: layer.shape ?? [neurons] };
  });
  const other = layers.find((layer) => timestepsOf(layer) !== timestepsOf(layers[0]));
  if (other !== undefined)
    throw new RangeError(
      `atif-raster: ${other.name} has ${timestepsOf(other)} time steps and ${layers[0].name} ${timestepsOf(layers[0])}; expected as many.`,
    );
  return layers;
}
