/**
 * What the names and shapes of a state dict say of the network of Qualia that they are of: its kind, and those of its params
 * that leave a trace in arrays. Names are those of the reference templates.
 */

import type { ForeignArrays } from "./foreign-arrays.js";
import { Names, timestepsFact, type FoundTemplate } from "./names-in-file.js";
import { residualTemplate } from "./residual-names.js";
import { scnnTemplate } from "./scnn-names.js";

/** null: the names are those of no template. @throws FormatError for arrays whose shapes are those of no layer */
export function templateOf(arrays: ForeignArrays, source: string): FoundTemplate | null {
  const names = new Names(arrays, source);
  if (names.has("layers.conv1.weight") || names.has("layers.conv1_dw.weight")) return scnnTemplate(names);
  if (names.has("layers.fc1.weight")) return smlpTemplate(names);
  if (names.has("conv1.weight") && names.has("layers.0.0.conv1.weight")) return residualTemplate(names);
  return null;
}

function smlpTemplate(names: Names): FoundTemplate {
  const count = names.count((i) => `layers.fc${i}.weight`);
  const layers = Array.from({ length: count }, (_, i) => names.linear(`layers.fc${i + 1}`));
  const units = layers.slice(0, -1).map(({ outFeatures }) => outFeatures);
  const [{ inFeatures }] = layers;
  const classes = layers[count - 1].outFeatures;
  const { params, open } = names.neuron;
  return {
    kind: "SMLP",
    words: `an SMLP of Qualia: units ${units.length === 0 ? "none" : units.join(", ")}; ${classes} classes`,
    params: { units, output_shape: [classes], ...params },
    open: [
      {
        option: "inputShape",
        expects: `[height, width, channels], [length, channels] or [features], channels last, ${inFeatures} numbers in all`,
      },
      timestepsFact,
      ...open,
    ],
    stages: 0,
    silent: [],
    complete: (given) => given,
  };
}
