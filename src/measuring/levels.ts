/** Distinct outputs of a neuron over T steps, in units of theta: 0, 1, …, T. */
export function levels(timesteps: number): number {
  return timesteps + 1;
}
