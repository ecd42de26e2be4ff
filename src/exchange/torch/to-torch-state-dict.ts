/** The weights as PyTorch saves them: what `safetensors.torch.load_file` reads and `load_state_dict` takes, strictly. */

import { encodeSafetensors, type TensorToStore } from "../../formats/safetensors-writer.js";
import { checkModel } from "../../models/check-model.js";
import type { SpikingModel } from "../../models/spiking-model.js";

/** PyTorch counts the batches that a batch normalisation has learned from; nothing is computed from it. */
const COUNTER = "num_batches_tracked";

/**
 * A safetensors file with PyTorch's names and layouts: `Linear` [out, in], `Conv2d` [out, in/groups, KH, KW], thresholds [1],
 * and, as PyTorch wants it beside running statistics, `num_batches_tracked` (int64, 0).
 *
 * @throws TypeError unless it is a model
 */
export function toTorchStateDict(model: SpikingModel): Uint8Array<ArrayBuffer> {
  checkModel("toTorchStateDict", model);
  const tensors: [string, TensorToStore][] = [];
  for (const [name, { shape, data }] of Object.entries(model.stateDict())) {
    tensors.push([name, { shape, data }]);
    if (/(^|\.)running_var$/.test(name)) {
      const counter = name.replace(/running_var$/, COUNTER);
      tensors.push([counter, { shape: [], data: BigInt64Array.of(0n) }]);
    }
  }
  return encodeSafetensors(tensors, { format: "pt" });
}
