/** What others may rely on about a neuron, whatever its class. */

export interface NeuronTraits {
  /** "ATIF". Not the step mode, which is the network's: MultiStepATIF is an "ATIF" too. */
  readonly kind: string;
  /** Whether a spike is as high as the threshold, or 1. */
  readonly spikeHeight: "theta" | "one";
  /** Whether training changes theta. */
  readonly threshold: "learned" | "fixed";
  /**
   * Whether the mean of theta z over T steps, from rest and for a constant input x, is theta clip(floor(T x / theta), 0, T) / T.
   * It is not with a leak, with a hard reset, or with a threshold that is not positive.
   */
  readonly staircase: boolean;
  /** true: its outputs are multiples of the height, each of which counts as one spike. Left out: 0 and the height alone. */
  readonly isGraded?: boolean;
}
