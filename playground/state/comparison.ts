/** The lesson that trains two networks, one after the other, which differ in whether theta is learned. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import type { Settings } from "./settings.js";

export interface Comparison {
  /** Which of the two learns; over: both have. */
  readonly part: "fixed" | "learned" | "over";
  /** What it says, loaded with it. */
  readonly Told: ComponentType;
  /** Where it stays in one of them, and begins in the other. */
  readonly theta: number;
  /** Of the one that learns it; the other has the same but for that. */
  readonly settings: Settings;
}

/** null: the page is not in this lesson. */
export const comparison = signal<Comparison | null>(null);
