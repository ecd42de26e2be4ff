/** How a drawing moves before the simulated camera of a network that takes sequences. */

export const MOTIONS = ["saccades", "right", "left", "up", "down"] as const;

export type Motion = (typeof MOTIONS)[number];

/** As the moving digits of the library do. */
export const firstMotion: Motion = "saccades";

export function isMotion(text: string): text is Motion {
  return (MOTIONS as readonly string[]).includes(text);
}
