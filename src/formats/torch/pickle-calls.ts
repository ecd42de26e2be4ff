/**
 * The calls that a pickle of tensors makes, by what they mean: an empty OrderedDict, a torch.Size, a storage by its key, a tensor
 * over one. What they are given is checked here, before a byte of it is used.
 */

import { FormatError } from "../../errors.js";
import { formatShape } from "../../shapes.js";
import { quote } from "../../show.js";
import { DTYPE_BITS, type StoredDtype } from "../safetensors-dtypes.js";
import { MAX_RANK } from "../safetensors-header.js";
import { DAMAGED, SAVE_STATE_DICT } from "./advice.js";
import type { TorchArchive } from "./archive.js";
import { isKind, nameOf, type PickleValue, type StorageReference, type TensorView } from "./pickle-values.js";

export const bytesPerElement = (dtype: StoredDtype): number => DTYPE_BITS[dtype] / 8;

/** What ("storage", type, key, location, elements) stands for. Where it was (location) does not matter. */
export function stored(archive: TorchArchive, id: PickleValue, near: () => string): StorageReference {
  const [word, type, key, location, count] = isKind("tuple", id) && id.items.length === 5 ? id.items : [];
  const role = isKind("global", type) ? type.role : undefined;
  const isStorage =
    word === "storage" &&
    (role?.is === "storage" || role?.is === "bytes storage") &&
    typeof key === "string" &&
    typeof location === "string";
  if (!isStorage || !isCount(count)) {
    throw new FormatError(
      `${archive.source}: a storage${near()} is not described by its type, key, location and size; expected those four. ${DAMAGED}`,
    );
  }
  const where = (): string => `${archive.source}: the storage ${quote(key)}${near()}`;
  // Never a path: only the names that torch.save gives.
  if (!/^[0-9]+$/.test(key)) {
    throw new FormatError(`${where()} has a key that is no number; expected digits only. ${DAMAGED}`);
  }
  const bytes = archive.storage(key);
  if (bytes === undefined) {
    throw new FormatError(`${where()} is missing; expected the entry data/${key} in the archive. ${DAMAGED}`);
  }
  const dtype = role.is === "storage" ? role.dtype : null;
  const needed = count * (dtype === null ? 1 : bytesPerElement(dtype));
  if (bytes.length !== needed) {
    throw new FormatError(
      `${where()} has ${count} elements of ${dtype ?? "1 byte"}, ${needed} bytes, but its entry has ${bytes.length}; ` +
        `expected the two to agree. ${DAMAGED}`,
    );
  }
  return { kind: "storage", key, dtype, bytes };
}

/** What a known function makes of its arguments. */
export function called(
  archive: TorchArchive,
  callable: PickleValue,
  args: PickleValue,
  near: () => string,
): PickleValue {
  const given = isKind("tuple", args) ? args.items : undefined;
  if (isKind("global", callable) && given !== undefined) {
    const made = make(archive, callable.role.is, given, near);
    if (made !== undefined) return made;
  }
  throw new FormatError(
    `${archive.source}: it calls ${nameOf(callable)}${near()} in a way that torch.save does not; ` +
      `expected dense tensors and plain data. ${SAVE_STATE_DICT}`,
  );
}

function make(
  archive: TorchArchive,
  what: string,
  args: readonly PickleValue[],
  near: () => string,
): PickleValue | undefined {
  switch (what) {
    case "ordered dict":
      return args.length === 0 ? { kind: "dict", isOrdered: true, entries: new Map() } : undefined;
    case "size": {
      const [sizes] = args;
      const isSize = args.length === 1 && isKind("tuple", sizes) && sizes.items.every(isCount);
      return isSize ? sizes : undefined;
    }
    case "parameter": {
      const [tensor, requiresGradient, hooks] = args;
      const isParameter = args.length === 3 && typeof requiresGradient === "boolean" && isNoHooks(hooks);
      return isParameter && isKind("tensor", tensor) ? tensor : undefined;
    }
    case "tensor": {
      const [storage, offset, shape, strides, requiresGradient, hooks, metadata] = args;
      const isTensor =
        (args.length === 6 || args.length === 7) &&
        isKind("storage", storage) &&
        storage.dtype !== null &&
        typeof requiresGradient === "boolean" &&
        isNoHooks(hooks);
      if (!isTensor || storage.dtype === null) return undefined;
      refuseMetadata(archive.source, metadata, near);
      return tensorView(archive.source, storage, storage.dtype, offset, shape, strides, near);
    }
    case "typed tensor": {
      const [storage, offset, shape, strides, requiresGradient, hooks, dtype, metadata] = args;
      const isTensor =
        (args.length === 7 || args.length === 8) &&
        isKind("storage", storage) &&
        typeof requiresGradient === "boolean" &&
        isNoHooks(hooks) &&
        isKind("global", dtype);
      if (!isTensor || dtype.role.is !== "dtype") return undefined;
      if (storage.dtype !== null && storage.dtype !== dtype.role.dtype) return undefined;
      refuseMetadata(archive.source, metadata, near);
      return tensorView(archive.source, storage, dtype.role.dtype, offset, shape, strides, near);
    }
    default:
      return undefined;
  }
}

function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isNoHooks(value: PickleValue | undefined): boolean {
  return isKind("dict", value) && value.isOrdered && value.entries.size === 0;
}

/** A view whose numbers are to be negated or conjugated when they are read says so here. */
function refuseMetadata(source: string, metadata: PickleValue | undefined, near: () => string): void {
  if (metadata === undefined || metadata === null) return;
  if (isKind("dict", metadata) && metadata.entries.size === 0) return;
  throw new FormatError(
    `${source}: a tensor${near()} is a view that negates or conjugates its numbers, or has other metadata; ` +
      `expected plain numbers. Save the result: {name: t.detach().resolve_neg().clone() for name, t in …}.`,
  );
}

function tensorView(
  source: string,
  storage: StorageReference,
  dtype: StoredDtype,
  offset: PickleValue,
  size: PickleValue,
  stride: PickleValue,
  near: () => string,
): TensorView {
  const shape = isKind("tuple", size) ? size.items : [];
  const strides = isKind("tuple", stride) ? stride.items : [];
  const where = (): string => `${source}: a tensor${near()}`;
  const isView =
    isKind("tuple", size) &&
    isKind("tuple", stride) &&
    isCount(offset) &&
    shape.length === strides.length &&
    shape.every(isCount) &&
    strides.every(isCount);
  if (!isView) {
    throw new FormatError(
      `${where()} is not described by an offset, a shape and strides of whole numbers from 0; expected those. ${DAMAGED}`,
    );
  }
  if (shape.length > MAX_RANK) {
    throw new FormatError(
      `${where()} has ${shape.length} axes; expected at most ${MAX_RANK}. Reshape it before it is saved.`,
    );
  }
  const most = shape.reduce((product, length) => product * Math.max(1, length), 1);
  if (!Number.isSafeInteger(most)) {
    throw new FormatError(
      `${where()} has the shape ${formatShape(shape)}, far more than the file; expected fewer than 2^53 elements. ${DAMAGED}`,
    );
  }
  const elements = Math.floor(storage.bytes.length / bytesPerElement(dtype));
  const last = shape.reduce((sum, length, axis) => sum + (length - 1) * strides[axis], offset);
  if (!shape.includes(0) && last >= elements) {
    throw new FormatError(
      `${where()} is ${dtype} ${formatShape(shape)} with the strides ${formatShape(strides)} from element ${offset}, ` +
        `and reaches element ${last}; expected it to stay within the ${elements} of its storage. ${DAMAGED}`,
    );
  }
  return { kind: "tensor", dtype, storage, offset, shape, strides };
}
