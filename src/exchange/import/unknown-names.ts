/** Names that are those of no network of Qualia: what to say, with a list of layers to begin with. */

import { ConfigError } from "../../errors.js";
import { printable } from "../../show.js";
import type { ForeignArrays } from "./foreign-arrays.js";
import { listed } from "./foreign-arrays.js";

const MOST_SUGGESTED = 12;

/** A layer that arrays look like. */
export interface SuggestedLayer {
  readonly name: string;
  readonly kind: string;
}

/** Arrays that are named as those of no network that is known. `layers` are those that they look like, in order; others hold none. */
export class UnknownNamesError extends ConfigError {
  override name = "UnknownNamesError";
  readonly layers: readonly SuggestedLayer[];

  constructor(message: string, layers: readonly SuggestedLayer[]) {
    super(message);
    this.layers = layers;
  }
}

export function unknownNames(arrays: ForeignArrays, file: string): UnknownNamesError {
  const suggested = suggestedLayers(arrays);
  const shown = suggested.slice(0, MOST_SUGGESTED).map((layer) => JSON.stringify(layer));
  const more = suggested.length > MOST_SUGGESTED ? ", …" : "";
  const advice =
    suggested.length === 0
      ? "It holds no weights of layers: look at where it was written."
      : `Give architecture, a list of all layers in order, those without arrays too, as in [${shown.join(", ")}${more}].`;
  return new UnknownNamesError(
    printable(
      `${file}: its names, ${listed([...arrays.keys()]) || "none"}, are those of no network of Qualia, so ` +
        `nothing says what computes with them; expected a description. ${advice}`,
    ),
    suggested,
  );
}

/** What the arrays alone look like: layers with weights, and neurons that keep numbers, in the order of their names. */
function suggestedLayers(arrays: ForeignArrays): SuggestedLayer[] {
  const owners = [
    ...new Set([...arrays.keys()].map((name) => name.slice(0, Math.max(0, name.lastIndexOf("."))))),
  ];
  const kinds = owners.flatMap((name) => {
    const kind = kindOf(arrays, name);
    return kind === null ? [] : [{ name, kind }];
  });
  return kinds.sort((a, b) => orderOf(a.name) - orderOf(b.name) || rankOf(a.kind) - rankOf(b.kind));
}

const NEURONS = ["Leaky", "ParametricLIFNode", "ATIF"];

/** Of layers with one number, what a neuron fires on comes first. */
function rankOf(kind: string): number {
  return NEURONS.includes(kind) ? 2 : kind.startsWith("BatchNorm") ? 1 : 0;
}

/** fc1 and lif1 come before fc2: the last number in the name. */
function orderOf(name: string): number {
  return Number(/(\d+)\D*$/.exec(name)?.[1] ?? Infinity);
}

function kindOf(arrays: ForeignArrays, name: string): string | null {
  const rank = arrays.get(`${name}.weight`)?.shape.length;
  if (arrays.has(`${name}.running_mean`)) return "BatchNorm2d";
  if (rank !== undefined) return { 2: "Linear", 3: "Conv1d", 4: "Conv2d" }[rank] ?? null;
  if (arrays.has(`${name}.beta`)) return "Leaky";
  if (arrays.has(`${name}.w`)) return "ParametricLIFNode";
  return arrays.has(`${name}.v_threshold`) ? "ATIF" : null;
}
