/** Models as .nir files, networks of the neuromorphic intermediate representation. */

import { checkOneOf, checkOptions } from "../../checks.js";
import { checkModel } from "../../models/check-model.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { fidelityReport, type FidelityReport } from "../fidelity-report.js";
import { writeHdf5 } from "../hdf5/write-hdf5.js";
import { encodeGraph } from "./encode-graph.js";
import { graphFrom } from "./from-model.js";
import { nirProfiles, type NirProfile } from "./profiles.js";

export interface WriteNirOptions {
  /**
   * How a soft reset and a threshold that spikes are as high as are written. "portable" (default): IF, and the threshold in the
   * weights behind it, which most tools read. "annotated": IF and Scale, weights as they are. "exact": spelled out.
   */
  profile?: NirProfile;
}

export interface WrittenNir {
  /** HDF5, as h5py and the package nir read it; null where the verdict is "unsupported". */
  readonly bytes: Uint8Array<ArrayBuffer> | null;
  readonly report: FidelityReport;
}

/**
 * The network in evaluation. Normalisations are folded; nodes have the names of the layers; shapes are channels first.
 *
 * @throws TypeError, RangeError for options that are none; StateError for a class of one's own that cannot be traced
 */
export function writeNir(model: SpikingModel, options: WriteNirOptions = {}): Promise<WrittenNir> {
  return Promise.resolve().then(() => writeFile(model, options));
}

function writeFile(model: SpikingModel, options: WriteNirOptions): WrittenNir {
  const where = "writeNir";
  checkOptions(where, options ?? null, ["profile"]);
  const profile = checkOneOf(`${where}: profile`, options.profile ?? "portable", nirProfiles);
  checkModel(where, model);
  const { graph, notes } = graphFrom(model, profile);
  return { bytes: graph === null ? null : writeHdf5(encodeGraph(graph)), report: fidelityReport(notes) };
}
