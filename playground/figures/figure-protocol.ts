/** Figures that can be saved, and what of the page they show. Plain data. */

import type { EpochMetrics } from "atif";
import type { PickedNeuron } from "../../elements/spike-record.js";

export type FigureQuestion =
  /** Of the last look. */
  | { readonly figure: "raster" }
  | { readonly figure: "membrane"; readonly picked: PickedNeuron }
  /** As they were measured last, moved or not. */
  | { readonly figure: "staircase" }
  | { readonly figure: "curves"; readonly history: readonly EpochMetrics[] }
  | { readonly figure: "health" }
  /** Of the last look, where the network was shown a sequence. */
  | { readonly figure: "events" };

export type FigureName = FigureQuestion["figure"];

export interface Figure {
  /** As atif plot draws it; null of what is a table alone. */
  readonly svg: string | null;
  /** Its numbers, comma-separated, with a row of names. */
  readonly csv: string;
}

export type FigureFormat = "svg" | "png" | "csv";
