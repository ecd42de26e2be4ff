/** A list of layers that a file has: whether it makes a network, said where the layer stands that does not fit. */

import { messageOf, ShapeError } from "../../errors.js";
import { planGraphModel } from "../../models/graph-model.js";
import type { GraphParams } from "./experiment.js";
import type { FilePlace } from "./file-place.js";
import type { DataFacts } from "./validate-data.js";

/**
 * @param place of the params
 * @throws ConfigError at the layer, or at the list
 */
export function checkLayers(place: FilePlace, params: GraphParams, data: DataFacts): void {
  const { layers, timesteps, stepMode } = params;
  const { inputShape = data.shape, outputShape = [data.classes] } = params;
  // Of files, the data say what they are when they are there, and the network is made for that.
  const isOpen = data.fromFiles && (params.inputShape === undefined || params.outputShape === undefined);
  try {
    planGraphModel(NETWORK, { inputShape, outputShape, layers, timesteps, stepMode });
  } catch (thrown) {
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument) throw thrown;
    if (isOpen && thrown instanceof ShapeError) return;
    failAt(place.at("layers"), messageOf(thrown), params);
  }
}

/** What messages begin with. */
const NETWORK = "layers";

/** "layers: layers[2]: name is …", "layers: fc1 reads …" or "layers: nothing reads …" */
function failAt(place: FilePlace, message: string, { layers }: GraphParams): never {
  const said = message.slice(`${NETWORK}: `.length);
  const numbered = /^layers\[(\d+)\]: (\w+) (.*)$/s.exec(said);
  if (numbered !== null) {
    const [, i, key, problem] = numbered;
    place.at(Number(i)).key(key).fail(problem);
  }
  // Of the inputs of a layer, the one that there is not.
  const unread = /^(\S+) reads "(.*?)", and there is no such layer/s.exec(said);
  if (unread !== null) {
    const [, name, input] = unread;
    const at = layers.findIndex((each) => each.name === name);
    const inputs = place.at(at).key("inputs");
    inputs.at(layers[at].inputs?.indexOf(input) ?? 0).fail(`is${said.slice(`${name} reads`.length)}`);
  }
  const i = layers.findIndex(({ name }) => [" ", ", ", ": "].some((next) => said.startsWith(name + next)));
  if (i >= 0) place.at(i).fail(`makes no network: ${said}`);
  return place.fail(`make no network: ${said}`);
}
