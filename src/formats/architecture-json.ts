/** The architecture of a model as files hold it. */

import { FormatError, messageOf } from "../errors.js";
import type { Architecture } from "../models/architecture.js";
import { readPreprocessing, type PreprocessingSpec } from "../preprocessing/table.js";
import { anyObject, isText, listOf, objectOf, optional, parseJson, type Check } from "./json-shape.js";

const steps = optional(
  listOf(objectOf<Required<PreprocessingSpec>>({ kind: isText, options: anyObject })),
) as Check<readonly PreprocessingSpec[] | undefined>;

const shape = objectOf<{
  readonly kind: string;
  readonly options: Record<string, unknown>;
  readonly preprocessing: readonly PreprocessingSpec[] | undefined;
}>({ kind: isText, options: anyObject, preprocessing: steps });

/** @throws FormatError for what is none; whether its options make a network is asked by whoever makes it */
export function parseArchitecture(source: string, text: string): Architecture {
  const { preprocessing = [], ...network } = parseJson(`${source}: the architecture`, text, shape);
  if (preprocessing.length === 0) return network;
  return { ...network, preprocessing: readSteps(source, preprocessing) };
}

function readSteps(source: string, given: readonly PreprocessingSpec[]): readonly PreprocessingSpec[] {
  try {
    return readPreprocessing("the architecture", given);
  } catch (error) {
    throw new FormatError(`${source}: ${messageOf(error)}`, { cause: error });
  }
}
