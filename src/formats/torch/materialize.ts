/** Tensors of a file as arrays. Views may repeat what a storage holds, so what they take together is bounded. */

import { FormatError } from "../../errors.js";
import { formatShape, sizeOf } from "../../shapes.js";
import { quote } from "../../show.js";
import { decodeTensor, firstNotBool, type StoredTensor } from "../safetensors-dtypes.js";
import { DAMAGED } from "./advice.js";
import { gather } from "./gather.js";
import { bytesPerElement } from "./pickle-calls.js";
import type { TensorView } from "./pickle-values.js";

/** What tensors may take beyond the file: as much, for one number repeated to the size of a whole layer … */
const SPARE_BYTES = 64 * 2 ** 20;
/** … and in proportion: halves become float32, views of one storage may overlap. */
const MOST_TIMES_FILE = 8;

/**
 * The tensors by the same names. Those that are the same view of the same storage (tied weights) share an array.
 * @param fileBytes bytes of the file
 * @throws FormatError if they take far more than the file, or one of BOOL holds anything but 0 and 1
 */
export function materialize(
  views: ReadonlyMap<string, TensorView>,
  fileBytes: number,
  source: string,
): Map<string, StoredTensor> {
  const most = SPARE_BYTES + MOST_TIMES_FILE * fileBytes;
  const alignedStorages = new Map<string, Uint8Array>();
  const done = new Map<string, StoredTensor>();
  const tensors = new Map<string, StoredTensor>();
  let total = 0;
  for (const [name, view] of views) {
    const { dtype, storage, offset, shape, strides } = view;
    const identity = [storage.key, dtype, offset, shape.join(), strides.join()].join(" ");
    let tensor = done.get(identity);
    if (tensor === undefined) {
      total += sizeOf(shape) * Math.max(4, bytesPerElement(dtype));
      if (total > most) {
        throw new FormatError(
          `${source}: with the tensor ${quote(name)}, ${formatShape(shape)}, its tensors take ${total} bytes, ` +
            `far more than the file of ${fileBytes}; expected at most ${most}. ` +
            `Views repeat a few numbers: save copies, {name: t.clone() for name, t in model.state_dict().items()}, or leave them out.`,
        );
      }
      const bytes = gather(view, () => {
        const aligned = alignedStorages.get(storage.key) ?? alignedCopy(storage.bytes);
        alignedStorages.set(storage.key, aligned);
        return aligned;
      });
      tensor = decodeTensor(dtype, [...shape], bytes);
      checkBool(tensor, name, source);
      done.set(identity, tensor);
    }
    tensors.set(name, tensor);
  }
  return tensors;
}

/** The bytes themselves, if they begin at a multiple of 8 in memory: once for each storage, however many views it has. */
function alignedCopy(bytes: Uint8Array): Uint8Array {
  return bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
}

function checkBool(tensor: StoredTensor, name: string, source: string): void {
  if (tensor.dtype !== "BOOL") return;
  const wrong = firstNotBool(tensor.data);
  if (wrong < 0) return;
  throw new FormatError(
    `${source}: element ${wrong} of the tensor ${quote(name)} is ${tensor.data[wrong]}, but its type is BOOL; expected 0 or 1. ${DAMAGED}`,
  );
}
