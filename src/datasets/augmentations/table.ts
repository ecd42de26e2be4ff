/** The augmentations by the names that configuration files use. A new one is a file, a line here twice, a test. */

import { nearest } from "../../nearest.js";
import { ConfigError } from "../../errors.js";
import type { Augmentation } from "./augmentation.js";
import { Crop } from "./crop.js";
import type { CropParams } from "./crop.js";
import { GaussianNoise } from "./gaussian-noise.js";
import type { GaussianNoiseParams } from "./gaussian-noise.js";
import { HorizontalFlip } from "./horizontal-flip.js";
import type { HorizontalFlipParams } from "./horizontal-flip.js";
import { IntToFloat32 } from "./int-to-float32.js";
import type { IntToFloat32Params } from "./int-to-float32.js";
import { Mixup } from "./mixup.js";
import type { MixupParams } from "./mixup.js";
import { Normalize } from "./normalize.js";
import type { NormalizeParams } from "./normalize.js";

export interface AugmentationParams {
  IntToFloat32: IntToFloat32Params;
  Normalize: NormalizeParams;
  HorizontalFlip: HorizontalFlipParams;
  Crop: CropParams;
  GaussianNoise: GaussianNoiseParams;
  Mixup: MixupParams;
}

export type AugmentationName = keyof AugmentationParams;

/** A name without a row is a compile error. */
export const augmentations: {
  readonly [Name in AugmentationName]: new (params: AugmentationParams[Name]) => Augmentation;
} = { IntToFloat32, Normalize, HorizontalFlip, Crop, GaussianNoise, Mixup };

/**
 * The augmentation of a configuration entry; params are checked as they are.
 * @throws ConfigError on a name that is not in the table; what the constructor throws on bad parameters
 */
export function createAugmentation(name: string, params: unknown = {}): Augmentation {
  if (!Object.hasOwn(augmentations, name)) {
    const known = Object.keys(augmentations);
    const near = nearest(name, known);
    throw new ConfigError(
      `data_augmentation: unknown kind "${name}"; expected one of ${known.join(", ")}.` +
        (near === undefined ? "" : ` Did you mean "${near}"?`),
    );
  }
  const Kind = augmentations[name as AugmentationName] as new (params: unknown) => Augmentation;
  return new Kind(params);
}
