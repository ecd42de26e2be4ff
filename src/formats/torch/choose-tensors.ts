/**
 * Which tensors of a file are meant, and their names. A file holds a state dict, or a checkpoint that holds one beside other
 * things (the state of the optimizer, the epoch). What is not clear is not guessed.
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { MAX_TENSORS } from "../safetensors-header.js";
import { SAVE_STATE_DICT } from "./advice.js";
import { MissingKeyError } from "./missing-key.js";
import { isKind, nameOf, type PickleDict, type PickleValue, type TensorView } from "./pickle-values.js";

/** Keys under which checkpoints keep the state dict of the model; others that end so are taken for one, too. */
const USUAL_KEYS = ["state_dict", "model_state_dict", "model"];
/** What a module keeps beside its tensors. @source PyTorch, torch/nn/modules/module.py */
const EXTRA_STATE = "_extra_state";
/** How deep dicts and lists may be nested, and how many values looked at. */
const MOST_LEVELS = 64;
const MOST_VALUES = 500_000;
const SHOWN_KEYS = 8;

/**
 * The state dict of a file: all of it, if it holds tensors only; or else the only dict of tensors among its values.
 * @throws FormatError if there is none; MissingKeyError if more than one could be meant, or it stands deeper
 */
export function stateDictOf(root: PickleValue, source: string): Map<string, TensorView> {
  if (!isKind("dict", root)) {
    throw new FormatError(
      `${source}: it holds ${nameOf(root)}; expected a state dict, names and tensors. ${SAVE_STATE_DICT}`,
    );
  }
  if (root.entries.size === 0 || isStateDict(root)) return tensorsIn(root, source);
  const inside = dictsIn(root);
  const whole = inside.filter(([, dict]) => isStateDict(dict));
  const ownCount = countTensors(root);
  if (whole.length === 1 && (ownCount === 0 || isUsualKey(whole[0][0])))
    return tensorsIn(whole[0][1], source);
  const places: (readonly [string, PickleDict])[] =
    whole.length > 1 ? whole : inside.filter(([, dict]) => countTensors(dict) > 0);
  if (places.length === 0 && ownCount > 0) return tensorsIn(root, source);
  if (places.length === 1 && ownCount === 0) return tensorsIn(places[0][1], source);
  throw unclear(root, places, ownCount, source);
}

/**
 * All tensors below a key, at any depth; their names are the keys on the way, with dots between them.
 * @param key "" for the whole file
 * @throws FormatError if there is no such key, or no tensor below it
 */
export function tensorsBelow(root: PickleValue, key: string, source: string): Map<string, TensorView> {
  const found = key === "" ? root : valueAt(root, key);
  if (found === undefined) {
    throw new FormatError(
      `${source}: there is no key ${quote(key)}; expected one of the file, which has ${listed(keysOf(root))}. ` +
        `Keys below others are written with dots, such as "optimizer_state_dict.state".`,
    );
  }
  const tensors = new Map<string, TensorView>();
  let values = 0;
  const walk = (value: PickleValue, path: string, level: number): void => {
    if (++values > MOST_VALUES || level > MOST_LEVELS) {
      throw new FormatError(
        `${source}: below ${quote(key)} there are more than ${MOST_VALUES} values or ${MOST_LEVELS} levels; expected fewer. ${SAVE_STATE_DICT}`,
      );
    }
    if (isKind("tensor", value)) return addTensor(tensors, path, value, source);
    for (const [name, child] of childrenOf(value))
      walk(child, path === "" ? name : `${path}.${name}`, level + 1);
  };
  if (!isKind("tensor", found)) walk(found, "", 0);
  if (tensors.size > 0) return tensors;
  throw new FormatError(
    `${source}: there are no named tensors below ${quote(key)}, which is ${nameOf(found)}; expected some. ` +
      `The file has ${listed(keysOf(root))}.`,
  );
}

/** The tensors that stand in a dict itself. */
function tensorsIn(dict: PickleDict, source: string): Map<string, TensorView> {
  const tensors = new Map<string, TensorView>();
  for (const [name, value] of childrenOf(dict))
    if (isKind("tensor", value)) addTensor(tensors, name, value, source);
  return tensors;
}

function addTensor(tensors: Map<string, TensorView>, name: string, value: TensorView, source: string): void {
  if (tensors.has(name)) {
    throw new FormatError(
      `${source}: the name ${quote(name)} comes twice; expected each name once. Read a part of the file: give key.`,
    );
  }
  if (tensors.size === MAX_TENSORS) {
    throw new FormatError(
      `${source}: it has more than ${MAX_TENSORS} tensors; expected fewer. ${SAVE_STATE_DICT}`,
    );
  }
  tensors.set(name, value);
}

/** Values by key: of dicts those under texts and whole numbers, of lists by position. */
function* childrenOf(value: PickleValue): Generator<readonly [string, PickleValue]> {
  if (isKind("dict", value)) {
    for (const [key, child] of value.entries)
      if (typeof key === "string" || typeof key === "number") yield [String(key), child];
  } else if (isKind("list", value) || isKind("tuple", value)) {
    for (const [i, child] of value.items.entries()) yield [String(i), child];
  }
}

/** The value at keys with dots between them; keys may have dots themselves. */
function valueAt(value: PickleValue, path: string): PickleValue | undefined {
  for (const [name, child] of childrenOf(value)) {
    if (name === path) return child;
    if (!path.startsWith(`${name}.`)) continue;
    const found = valueAt(child, path.slice(name.length + 1));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Tensors and nothing else, but what modules keep beside them. */
function isStateDict(dict: PickleDict): boolean {
  const others = [...dict.entries].filter(
    ([key, value]) =>
      !isKind("tensor", value) && !(typeof key === "string" && key.split(".").at(-1) === EXTRA_STATE),
  );
  return others.length === 0 && countTensors(dict) > 0;
}

function countTensors(dict: PickleDict): number {
  let count = 0;
  for (const value of dict.entries.values()) if (isKind("tensor", value)) count++;
  return count;
}

function dictsIn(root: PickleDict): [string, PickleDict][] {
  return [...childrenOf(root)].flatMap(([key, value]) =>
    isKind("dict", value) ? [[key, value] as [string, PickleDict]] : [],
  );
}

function isUsualKey(key: string): boolean {
  return USUAL_KEYS.includes(key) || key.endsWith("_state_dict");
}

function keysOf(value: PickleValue): string[] {
  return [...childrenOf(value)].map(([key]) => key);
}

function listed(keys: readonly string[]): string {
  if (keys.length === 0) return "no keys";
  const shown = keys.slice(0, SHOWN_KEYS).map((key) => quote(key));
  return `${keys.length === 1 ? "the key" : "the keys"} ${shown.join(", ")}${keys.length > SHOWN_KEYS ? ", …" : ""}`;
}

function unclear(
  root: PickleDict,
  places: readonly (readonly [string, PickleDict])[],
  ownCount: number,
  source: string,
): FormatError {
  if (places.length === 0) {
    const sentence =
      `${source}: no value of the file is a tensor or a dict of tensors: it has ${listed(keysOf(root))}; expected a state dict. ` +
      `If there is one deeper, name it as key, "a.b" for "b" below "a"; or else ${SAVE_STATE_DICT.replace(/^S/, "s")}`;
    const keys = keysOfTensors(root);
    return keys.length === 0 ? new FormatError(sentence) : new MissingKeyError(sentence, keys);
  }
  const named = places
    .slice(0, SHOWN_KEYS)
    .map(([key, dict]) => `${quote(key)} (${countTensors(dict)})`)
    .join(", ");
  const own = ownCount === 0 ? "" : ` and beside them (${ownCount})`;
  return new MissingKeyError(
    `${source}: tensors stand in ${named}${places.length > SHOWN_KEYS ? ", …" : ""}${own}; ` +
      `expected one state dict. Give the name of one as key, such as ${quote(places[0][0])}, or "" for all of them.`,
    [...places.map(([key]) => key), ""],
  );
}

/** Where tensors stand, at any depth: the keys of what holds some, with dots between them. */
function keysOfTensors(root: PickleDict): string[] {
  const keys: string[] = [];
  let values = 0;
  const walk = (value: PickleValue, path: string, level: number): void => {
    if (++values > MOST_VALUES || level > MOST_LEVELS) return;
    const children = [...childrenOf(value)];
    if (path !== "" && children.some(([, child]) => isKind("tensor", child))) keys.push(path);
    for (const [name, child] of children) walk(child, path === "" ? name : `${path}.${name}`, level + 1);
  };
  walk(root, "", 0);
  return keys;
}
