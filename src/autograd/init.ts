/** init() as programs call it: with the kernels comes the backward pass, which a page that only runs networks leaves out. */

import { init as initKernels, type InitOptions } from "../kernels/select.js";
import { backward } from "./backward.js";
import { installBackward } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";

/**
 * Loads the backend and makes it the one that new tensors live in. Calling it again is cheap, and may
 * switch: tensors made before stay in their own backend. Another number of threads keeps the backend and its tensors.
 *
 * @throws TypeError, RangeError on options that are not known
 */
export function init(options?: InitOptions): Promise<void> {
  installBackward<Tensor>(backward);
  return initKernels(options);
}
