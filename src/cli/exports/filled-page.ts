/**
 * The page that `atif export --to html` writes: a template that the build has made (scripts/bundle-elements.mjs), filled in with one
 * network. What comes from the network is base64 or escaped, so that no word of it is read as HTML or as a script; the page's policy
 * allows its own script and style by their hashes, and no others.
 */

import type { DatasetFields } from "../../datasets/dataset.js";
import { StateError } from "../../errors.js";
import type { PictureShape } from "../../formats/data/picture.js";
import type { PreprocessingStep } from "../../preprocessing/table.js";
import { pictureShapeOf, type SamplePlan } from "../given-samples.js";

/** Samples that come with the page: fields of a Dataset, without its numbers, which stand apart. */
export interface SentSamples extends Omit<DatasetFields, "x" | "labels" | "preprocessing"> {
  readonly labels: readonly number[];
  readonly preprocessing: readonly PreprocessingStep[];
  /** Whether the numbers are bytes; they are float32 if not, little-endian. */
  readonly areBytes: boolean;
}

/** What the page is told beside the model file. Plain data. */
export interface StandaloneFacts {
  /** What stands above the network. */
  readonly name: string;
  /** Of the library. */
  readonly version: string;
  /** What samples are. */
  readonly plan: SamplePlan;
  /** Whether it learned from samples that change over time. */
  readonly timed: boolean;
  /** null: none come with it. */
  readonly samples: SentSamples | null;
}

/** On smaller squares nothing can be drawn. */
const LEAST_SIDE = 8;

/** What a reader may give besides arrays of the right shape. */
export interface Offer {
  /** Of pictures; null: none. */
  readonly picture: PictureShape | null;
  /** Whether the picture may be drawn. */
  readonly drawing: boolean;
}

export function offerOf({ plan, timed }: StandaloneFacts): Offer {
  const picture = timed ? null : pictureShapeOf(plan.shape);
  if (picture === null || Math.min(picture.height, picture.width) < LEAST_SIDE)
    return { picture: null, drawing: false };
  return { picture, drawing: picture.channels === 1 };
}

/** Where the template has what, once each. */
export const PLACES = {
  title: "{{title}}",
  facts: "{{facts}}",
  model: "{{model}}",
  samples: "{{samples}}",
} as const;

/**
 * @param model bytes of the model file
 * @param samples numbers of facts.samples, as bytes
 * @throws StateError for what is no template
 */
export function filledPage(
  template: string,
  facts: StandaloneFacts,
  model: Uint8Array,
  samples: Uint8Array = new Uint8Array(),
): string {
  const texts: readonly (readonly [string, string])[] = [
    [PLACES.facts, base64(new TextEncoder().encode(JSON.stringify(facts)))],
    [PLACES.model, base64(model)],
    [PLACES.samples, base64(samples)],
    // The last one: a name may look like one of the places.
    [PLACES.title, escaped(facts.name)],
  ];
  return texts.reduce((page, [place, text]) => {
    const parts = page.split(place);
    if (parts.length === 2) return parts.join(text);
    throw new StateError(
      `the template of the page has ${place} ${parts.length - 1} times; expected it once. Build the package again.`,
    );
  }, template);
}

function base64({ buffer, byteOffset, byteLength }: Uint8Array): string {
  return Buffer.from(buffer, byteOffset, byteLength).toString("base64");
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
