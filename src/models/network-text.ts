/** What network an architecture is, however it is spelled: templates as their layers, options with every default. */

import { layerOf } from "../layers/table.js";
import type { Architecture } from "./architecture.js";
import { planGraphModel } from "./graph-model.js";
import { networkOf } from "./table.js";

/** Equal for equal networks. @throws as createModel, for what is no architecture */
export function networkText(architecture: Architecture): string {
  const network = networkOf(architecture);
  const { inputShape, outputShape, timesteps, stepMode = "s" } = network;
  const layers = planGraphModel(architecture.kind, network).layers.map(({ name, row, options, inputs }) => [
    name,
    row.kind,
    sorted(layerOf("networkText", row.kind).complete(options)),
    inputs,
  ]);
  return JSON.stringify({ inputShape, outputShape, timesteps, stepMode, layers });
}

function sorted(options: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(options).sort(([a], [b]) => (a < b ? -1 : 1)));
}
