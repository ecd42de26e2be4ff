/** Models as .nir files, networks of the neuromorphic intermediate representation. */

import { checkOneOf, checkOptions } from "../../checks.js";
import { checkModel } from "../../models/check-model.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { fidelityReport, type FidelityReport } from "../fidelity-report.js";
import { writeHdf5 } from "../hdf5/write-hdf5.js";
import { UnsupportedError } from "../unsupported-error.js";
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
  /** HDF5, as h5py and the package nir read it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly report: FidelityReport;
}

/**
 * The network in evaluation. Normalisations are folded; nodes have the names of the layers; shapes are channels first.
 *
 * @throws UnsupportedError, with the report, where a layer cannot be said in NIR; TypeError, RangeError for options that are none
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
  const report = fidelityReport(notes);
  if (graph === null) throw new UnsupportedError(where, report);
  return { bytes: writeHdf5(encodeGraph(graph)), report };
}
