/** Files of torch.save on disk; Node only. In a browser, use readTorch with bytes. */

import { turnIfDue } from "../../platform/event-loop.js";
import { readFileBounded } from "../../platform/files.js";
import type { StoredTensor } from "../safetensors-dtypes.js";
import { checkReadTorchOptions, readTorch, type ReadTorchOptions } from "./read-torch.js";

/** Larger files are refused before memory is spent on them. */
const MOST_BYTES = 2 ** 32;

/** The tensors of a file. @throws FileError if it cannot be read; FormatError as readTorch */
export async function loadTorch(
  path: string,
  options: ReadTorchOptions = {},
): Promise<Map<string, StoredTensor>> {
  checkReadTorchOptions("loadTorch", options);
  await turnIfDue();
  return readTorch(readFileBounded(path, MOST_BYTES), path, options);
}
