/** A network that a list of layers describes: SpikingJelly's, snnTorch's, PyTorch's, with the names of their state dicts. */

import { counted } from "../../counted.js";
import { ConfigError, messageOf, OutOfMemoryError } from "../../errors.js";
import { planLayers, type AnyLayerSpec } from "../../graph/layer-spec.js";
import type { Architecture } from "../../models/architecture.js";
import { didYouMean } from "../../nearest.js";
import { sameData } from "../../schema/plain-copy.js";
import { formatShape } from "../../shapes.js";
import { show } from "../../show.js";
import type { FidelityNote } from "../fidelity-report.js";
import type { ForeignArrays } from "./foreign-arrays.js";
import { camelCased, snakeCased } from "./argument-names.js";
import { namedLayer, type NamedLayer } from "./listed-layer.js";
import type { Arguments, ListedKind } from "./listed-kind.js";
import { listedKind, listedKinds } from "./listed-kinds.js";
import { MissingFactsError, type MissingFact } from "./missing-facts.js";
import type { ListedArchitecture } from "./network-source.js";

export interface ListedNetwork {
  readonly architecture: Architecture;
  readonly notes: readonly FidelityNote[];
  /** Those of the file, and those that the list says. */
  readonly arrays: ForeignArrays;
}

interface ReadLayer {
  readonly spec: AnyLayerSpec;
  readonly arrays: ForeignArrays;
  /** Names of arrays that are left out. */
  readonly left: readonly string[];
  readonly notes: readonly FidelityNote[];
}

/**
 * @param where what messages call the list
 * @param file what messages call the arrays
 * @throws ConfigError for layers that are none, or do not fit one another; MissingFactsError
 */
export function listedNetwork(
  { layers, inputShape, timesteps, stepMode = "s" }: ListedArchitecture,
  arrays: ForeignArrays,
  where: string,
  file: string,
): ListedNetwork {
  if (!Array.isArray(layers) || layers.length === 0)
    throw new ConfigError(
      `${where}: layers is ${show(layers)}; expected a list with at least one, such as ["Linear", 64, 10].`,
    );
  const read = layers.map((layer: unknown, i) => {
    const at = `${where}: layers[${i}]`;
    return readLayer(at, namedLayer(at, layer, i), arrays);
  });
  const specs = read.map(({ spec }) => spec);
  const input = inputShape ?? inputOfLinear(specs[0]);
  const missing: MissingFact[] = [];
  if (input === undefined)
    missing.push({
      option: "inputShape",
      expects: "[height, width, channels], [length, channels] or [features], channels last",
    });
  if (timesteps === undefined)
    missing.push({ option: "timesteps", expects: "T, a whole number of at least 1" });
  if (input === undefined || timesteps === undefined) {
    throw new MissingFactsError(
      `${file}: ${where} lists ${counted(specs.length, "layer")}`,
      missing,
      () => "Give them as options.",
    );
  }
  const outputShape = inConfigWords(where, () => {
    const plan = planLayers(where, input, specs);
    return plan.layers[plan.layers.length - 1].shape;
  });
  if (outputShape.length !== 1)
    throw new ConfigError(
      `${where}: the last layer gives ${formatShape(outputShape)}; expected [classes], one number for each. ` +
        "End the list with a Flatten, a Linear or a GlobalSumPool.",
    );
  const options = { inputShape: input, outputShape, layers: specs, timesteps, stepMode };
  const left = new Set(read.flatMap((layer) => layer.left));
  const all = new Map(
    [...read.flatMap((layer) => [...layer.arrays]), ...arrays].filter(([name]) => !left.has(name)),
  );
  return {
    architecture: { kind: "GraphModel", options },
    notes: read.flatMap(({ notes }) => notes),
    arrays: all,
  };
}

/** Of a list that begins with a linear layer, what it takes in. */
function inputOfLinear({ kind, options }: AnyLayerSpec): readonly number[] | undefined {
  const features = options?.inFeatures;
  return kind === "Linear" && typeof features === "number" ? [features] : undefined;
}

function readLayer(where: string, layer: NamedLayer, arrays: ForeignArrays): ReadLayer {
  const found = listedKind(layer.kind);
  if (found === null) {
    const known = listedKinds();
    throw new ConfigError(
      `${where} is of the kind ${show(layer.kind)}; expected one of ${known.join(", ")}.${didYouMean(layer.kind, known)}`,
    );
  }
  const given = argumentsOf(where, layer, found);
  const notes: FidelityNote[] = [];
  const left = { ...given };
  for (const [name, may] of Object.entries(found.without ?? {})) {
    if (!Object.hasOwn(left, name)) continue;
    const value = left[name];
    if (may !== "any" && !may.some((each) => sameData(each, value))) {
      throw new ConfigError(
        `${where}: ${name} is ${show(value)}, which ${found.kind} does not have here; expected ${may.map(show).join(" or ")}. ` +
          "Leave it out if it is that.",
      );
    }
    if (name === "surrogate_function")
      notes.push({
        layer: layer.name,
        what: "surrogate_function left out",
        why: "it is of training alone; the sigmoid stands in its place.",
        verdict: "exact",
      });
    delete left[name];
  }
  const all = { ...found.fromArrays?.(arrays, layer.name, left), ...left };
  const options = inConfigWords(where, () => inOptionNames(found.options?.(all, arrays, layer.name) ?? all));
  const said = inConfigWords(where, () => Object.entries(found.arrays?.(all) ?? {}));
  const state = (found.state ?? []).map((name) => `${layer.name}.${name}`).filter((name) => arrays.has(name));
  if (state.length > 0)
    notes.push({
      layer: layer.name,
      what: `${state.join(" and ")} left out`,
      why: "it is the state of the last call; every run begins from rest.",
      verdict: "exact",
    });
  return {
    left: state,
    arrays: new Map(said.map(([name, array]) => [`${layer.name}.${name}`, array])),
    spec: {
      name: layer.name,
      kind: found.kind,
      ...(Object.keys(options).length === 0 ? {} : { options }),
      ...(layer.inputs === undefined ? {} : { inputs: layer.inputs }),
    },
    notes,
  };
}

/** By name, in PyTorch's spelling. */
function argumentsOf(where: string, { kind, positional, named }: NamedLayer, found: ListedKind): Arguments {
  const { order } = found;
  if (positional.length > order.length) {
    const may = order.length === 0 ? "an object with arguments by name" : `${order.join(", ")} in this order`;
    throw new ConfigError(
      `${where}: ${kind} has ${positional.length} arguments, ${show(positional)}; expected ${may}. ` +
        `Name the others, as in [${show(kind)}, …, { "stride": 2 }].`,
    );
  }
  positional.forEach((value, i) => {
    if (order[i] !== "bias" || typeof value === "boolean") return;
    throw new ConfigError(
      `${where}: bias is ${show(value)}; expected true or false: the arguments of ${kind} are ${order.join(", ")}, in this order. ` +
        `Name those that are meant, as in [${show(kind)}, …, { "stride": 2 }].`,
    );
  });
  const inOrder = positional.map((value, i): [string, unknown] => [order[i], value]);
  const byName = Object.entries(named).map(([name, value]): [string, unknown] => [snakeCased(name), value]);
  const twice = byName.find(([name]) => inOrder.some(([other]) => other === name));
  if (twice !== undefined) {
    throw new ConfigError(`${where}: ${twice[0]} is given twice; expected it once, in order or by name.`);
  }
  return Object.fromEntries([...inOrder, ...byName]);
}

function inOptionNames(given: Arguments): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).map(([name, value]) => [camelCased(name), value]));
}

/** What the library refuses here stands in what describes the network. @throws ConfigError */
export function inConfigWords<R>(where: string, work: () => R): R {
  try {
    return work();
  } catch (thrown) {
    const isArgument = thrown instanceof RangeError || thrown instanceof TypeError;
    if (!isArgument || thrown instanceof OutOfMemoryError) throw thrown;
    const message = messageOf(thrown);
    throw new ConfigError(message.startsWith(where) ? message : `${where}: ${message}`, { cause: thrown });
  }
}
