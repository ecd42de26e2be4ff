/** The panels below the network, in the order of the story; each is opened when it is wanted. */

export const PANELS = [
  "neuron",
  "stairs",
  "train",
  "inside",
  "compare",
  "health",
  "deploy",
  "carry",
  "about",
] as const;

export type PanelId = (typeof PANELS)[number];

export function isPanel(id: string): id is PanelId {
  return (PANELS as readonly string[]).includes(id);
}

/** Which are open once one was opened or closed. */
export function withPanel(open: readonly PanelId[], id: PanelId, isOpen: boolean): readonly PanelId[] {
  const others = open.filter((other) => other !== id);
  return isOpen ? [...others, id] : others;
}
