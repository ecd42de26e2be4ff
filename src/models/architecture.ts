/** Plain data from which a model is made again: what a model file stores beside the weights. */
export interface Architecture {
  readonly kind: string;
  readonly options: Readonly<Record<string, unknown>>;
}
