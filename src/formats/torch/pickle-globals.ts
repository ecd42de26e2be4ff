/**
 * The names of Python's that may stand in data.pkl: a list, by exact match. Every other one is refused before anything is
 * made of it, in the words of what it usually means.
 *
 * @source PyTorch, torch/_utils.py (which functions rebuild tensors) and torch/storage.py (names of storages)
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import type { StoredDtype } from "../safetensors-dtypes.js";
import { SAVE_STATE_DICT } from "./advice.js";
import type { GlobalRole, PickleGlobal } from "./pickle-values.js";

const STORAGES: Readonly<Record<string, StoredDtype>> = {
  FloatStorage: "F32",
  DoubleStorage: "F64",
  HalfStorage: "F16",
  BFloat16Storage: "BF16",
  LongStorage: "I64",
  IntStorage: "I32",
  ShortStorage: "I16",
  CharStorage: "I8",
  ByteStorage: "U8",
  BoolStorage: "BOOL",
};

/** Of tensors that bring their dtype along, which are those without a storage of their own. */
const DTYPES: Readonly<Record<string, StoredDtype>> = {
  float32: "F32",
  float64: "F64",
  float16: "F16",
  bfloat16: "BF16",
  int64: "I64",
  int32: "I32",
  int16: "I16",
  int8: "I8",
  uint64: "U64",
  uint32: "U32",
  uint16: "U16",
  uint8: "U8",
  bool: "BOOL",
};

/** By module and name, as the pickle has them. */
const OTHERS: Readonly<Record<string, GlobalRole>> = {
  "collections OrderedDict": { is: "ordered dict" },
  "torch._utils _rebuild_tensor_v2": { is: "tensor" },
  "torch._utils _rebuild_tensor_v3": { is: "typed tensor" },
  "torch._utils _rebuild_parameter": { is: "parameter" },
  "torch.storage UntypedStorage": { is: "bytes storage" },
  "torch Size": { is: "size" },
};

function roleOf(module: string, name: string): GlobalRole | undefined {
  const whole = `${module} ${name}`;
  if (Object.hasOwn(OTHERS, whole)) return OTHERS[whole];
  if (module !== "torch") return undefined;
  if (Object.hasOwn(STORAGES, name)) return { is: "storage", dtype: STORAGES[name] };
  if (Object.hasOwn(DTYPES, name)) return { is: "dtype", dtype: DTYPES[name] };
  return undefined;
}

interface Kind {
  readonly names: RegExp;
  readonly what: string;
  readonly advice: string;
}

const AS_TENSOR = `In Python: model.load_state_dict(...), then torch.save(model.state_dict(), "model.pth").`;

/** What names mean that are met where they should not be; the first that fits. */
const KINDS: readonly Kind[] = [
  {
    names: /^numpy[. ]/,
    what: "a NumPy array or number",
    advice: `Make it a tensor (torch.from_numpy) or a number (.item()), or leave it out: torch.save(model.state_dict(), "model.pth").`,
  },
  {
    names: /^torch\._utils _rebuild_sparse|^torch\.serialization _get_layout$/,
    what: "a sparse tensor",
    advice: `Save it dense: {name: t.to_dense() for name, t in model.state_dict().items()}.`,
  },
  {
    names: /^torch\._utils _rebuild_qtensor$|^torch QU?Int\w*Storage$|^torch per_(tensor|channel)_/,
    what: "a tensor that PyTorch quantized",
    advice: `Save it as floats: {name: t.dequantize() for name, t in model.state_dict().items()}.`,
  },
  {
    names: /^torch Complex\w*Storage$|^torch complex/,
    what: "a tensor of complex numbers",
    advice: `Save real numbers: torch.view_as_real(t).`,
  },
  {
    names: /^torch (float|int|uint|bits|quint|qint)[0-9]\w*$|^torch \w+Storage$/,
    what: "a tensor of a type that no array here can hold",
    advice: `Save it as float32: {name: t.float() for name, t in model.state_dict().items()}.`,
  },
  {
    names: /^torch\._utils _rebuild_parameter_with_state$|^torch\._tensor _rebuild_from_type_v2$/,
    what: "a tensor with attributes of its own",
    advice: `Save the numbers alone: {name: t.detach().clone() for name, t in model.state_dict().items()}.`,
  },
  {
    names: /^torch\._utils _rebuild_|^torch\._tensor |^torch\.nested/,
    what: "a tensor of a special kind",
    advice: AS_TENSOR,
  },
  { names: /^torch\.nn\./, what: "a module of PyTorch, not its weights", advice: SAVE_STATE_DICT },
];

/**
 * @param below where it was met: " of tensor …", or nothing
 * @param makesObject whether an object is made of it next, and nothing was read before: the file is one such object
 * @throws FormatError if it is not on the list
 */
export function globalNamed(
  module: string,
  name: string,
  source: string,
  below: string,
  makesObject: boolean,
): PickleGlobal {
  const role = roleOf(module, name);
  if (role !== undefined) return { kind: "global", name: `${module}.${name}`, role };
  const shown = quote(`${module}.${name}`);
  if (makesObject) {
    throw new FormatError(
      `${source}: it is a whole object of the class ${shown}, as torch.save(model) writes, which cannot be read without ` +
        `running its code; expected a state dict. ${SAVE_STATE_DICT}`,
    );
  }
  const kind = KINDS.find(({ names }) => names.test(`${module} ${name}`));
  throw new FormatError(
    `${source}: it asks for ${shown}${below}, ${kind?.what ?? "which is no plain data and is never run here"}; ` +
      `expected tensors, numbers, texts, lists and dicts only. ${kind?.advice ?? SAVE_STATE_DICT}`,
  );
}
