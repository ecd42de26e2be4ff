/** What the drawings take: parts of what recordActivity() gives, so that they can be given all of it. */

/** A spiking layer over T time steps. */
export interface RecordedLayer {
  /** "neuron1" */
  readonly name: string;
  /** Of one time step, channels last. */
  readonly shape: readonly number[];
  readonly neurons: number;
  /** [T, neurons], 1 where it fired */
  readonly spikes: ArrayLike<number>;
}

export interface SpikeRecord {
  readonly timesteps: number;
  readonly layers: readonly RecordedLayer[];
}

export interface PickedNeuron {
  /** Index of its spiking layer. */
  readonly layer: number;
  readonly neuron: number;
}

/** One neuron over all time steps, [T] each. */
export interface NeuronTrace {
  /** What it took in. */
  readonly input: ArrayLike<number>;
  /** The potential with that, before it fired. */
  readonly charged: ArrayLike<number>;
  /** 1 where it fired */
  readonly spikes: ArrayLike<number>;
  /** The potential after the reset. */
  readonly potential: ArrayLike<number>;
}
