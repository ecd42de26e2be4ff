/** Which kind a class of neurons is: the class itself, no subclass. */

const kinds = new Map<unknown, string>();

/** @param neuronClass what `neuron.constructor` is */
export function kindOfClass(neuronClass: unknown): string | undefined {
  return kinds.get(neuronClass);
}

export function rememberClass(neuronClass: unknown, kind: string): void {
  kinds.set(neuronClass, kind);
}
