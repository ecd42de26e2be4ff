/** Keeps the quantization of a chain of steps in the folder of the run, so that one that was interrupted goes on. */

import { Crc64 } from "../../formats/crc64.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { exists, removeFile } from "../../platform/folders.js";
import type { BeforeTraining, QuantizationKeeper } from "../quantized/quantize-trained.js";
import type { RunFolder } from "../run-folder/run-folder.js";
import { TrainingCheckpoint } from "../run-folder/training-checkpoint.js";

/** postprocessing.json */
interface Kept extends BeforeTraining {
  /** Of the trained network: the run may have gone on for more epochs since. */
  readonly trained: string;
}

/** @param trained the network of the run */
export function keeperIn(folder: RunFolder, trained: SpikingModel): QuantizationKeeper {
  const mark = markOf(trained);
  const kept = folder.readSteps() as Kept | null;
  if (kept?.trained !== mark) removeFile(folder.stepCheckpointPath);
  const isKept = kept?.trained === mark && exists(folder.stepCheckpointPath);
  return {
    before: isKept ? { float: kept.float, calibrated: kept.calibrated } : null,
    async begin({ model, float, calibrated }, trainer) {
      if (trainer === null) return null;
      const checkpoint = new TrainingCheckpoint(folder.stepCheckpointPath, trainer, model.architecture);
      if ((await checkpoint.restore()) !== null) return checkpoint;
      await checkpoint.save();
      // Last: what it says stands for a checkpoint that is there.
      folder.writeSteps({ trained: mark, float, calibrated } satisfies Kept);
      return checkpoint;
    },
  };
}

/** Equal for equal weights. */
function markOf(model: SpikingModel): string {
  const crc = new Crc64();
  for (const { data } of Object.values(model.stateDict()))
    crc.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  return crc.digest();
}
