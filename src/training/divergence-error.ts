/** Training that left the numbers: a loss, a gradient or a threshold is no longer finite. */
export class DivergenceError extends Error {
  override name = "DivergenceError";
  /** true: it was found after the step, and the weights from before it are gone. */
  readonly lost: boolean;

  constructor(message: string, { lost = false, ...options }: ErrorOptions & { lost?: boolean } = {}) {
    super(message, options);
    this.lost = lost;
  }
}
