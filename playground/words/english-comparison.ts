/** English words of the lesson on learned thresholds. Other languages are tables of the same shape. */

import { counted, grouped } from "../format.js";
import { b, i, text, type Text } from "./text.js";

/** What a network came to, as it is shown. */
export interface Came {
  readonly right: number;
  readonly spikes: string;
}

export const englishComparison = {
  fixed: (theta: string, epochs: number, seed: number): Text =>
    text`${b("First, a network whose θ stays as it is,")} ${theta} in every layer: only its weights learn, for ${counted(epochs, "epoch")}, with the seed ${grouped(seed)}. Then the same network again, which learns ${i("θ")}, too. Both take some seconds; “Train”, below, shows how they come along.`,
  learned: (theta: string): Text =>
    text`${b("Now the same network learns θ, too.")} Below, in “Train”, the pale curves are those of the network before: its thresholds are the pale line at ${theta}. See which way those of this one go, and how its layers fire.`,
  over: (from: string, thetas: string): Text =>
    text`${b("Both have learned.")} In “Train”, look at the thresholds first: one began at ${from} in every layer and came to ${thetas}; the other, the pale line, stayed. Then at the firing rates, and at the table in “Compare two runs”.`,
  found: (learned: Came, fixed: Came, images: number): Text =>
    text` Of ${counted(images, "held-out image")} the one that learned ${i("θ")} has ${grouped(learned.right)} right, with ${learned.spikes} spikes per image; the other one ${grouped(fixed.right)}, with ${fixed.spikes}.`,
  chance: (seed: number): Text =>
    text` That is one seed, ${grouped(seed)}, and a short training: behind the first layer the two also began with other weights, so a few images more or less may be chance. Choose another seed in “Train”, start the lesson again, and see what stays.`,
};

export type ComparisonWords = typeof englishComparison;
