/** .nir files, networks of the neuromorphic intermediate representation, as models. */

import { checkBoolean, checkInteger, checkOneOf, checkOptions, checkPositive } from "../../checks.js";
import { FormatError, messageOf } from "../../errors.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { show } from "../../show.js";
import { fidelityReport, type FidelityNote, type FidelityReport } from "../fidelity-report.js";
import { readHdf5 } from "../hdf5/read-hdf5.js";
import type { Hdf5Group } from "../hdf5/tree.js";
import { decodeGraph } from "./decode-graph.js";
import { modelFrom } from "./to-model.js";

export interface ReadNirOptions {
  /**
   * What a spike does to the potential, which a file of NIR does not say for time steps: 'hard' sets it to v_reset, 'subtract'
   * takes the threshold off. 'metadata' (default): as the notes of whoever wrote the file say (atif_reset), else 'hard'.
   */
  reset?: "hard" | "subtract" | "metadata";
  /** Length of a time step, in the unit of the file's time constants. Left out: what the file tells. */
  dt?: number;
  /** Whether potentials begin at v_reset. Left out: at 0, unless the notes in the file say otherwise. */
  startAtReset?: boolean;
  /** T of the model. Left out: what the notes in the file say, else 1. */
  timesteps?: number;
  /** Of all arrays of the file, unpacked (default 2^30). */
  maxBytes?: number;
}

export interface ReadNir {
  /** A GraphModel, in evaluation mode as it was made; its layers have the names of the nodes. */
  readonly model: SpikingModel;
  readonly report: FidelityReport;
}

/** Groups and arrays: fields of as many nodes as there may be, and notes. */
const MOST_ITEMS = 300_000;
const DEEPEST = 40;

/**
 * A model that computes what the file says, step by step. Where edges close a circle, one of them carries the value of the step
 * before; several edges into a node add up; an output that is no list of numbers is flattened, channels first.
 *
 * @throws FormatError, one sentence, for what is no such file, is damaged, or holds what there are no layers for; RangeError
 *   where dt is needed and not given; TypeError, RangeError for options that are none
 */
export function readNir(bytes: Uint8Array, options: ReadNirOptions = {}): Promise<ReadNir> {
  return Promise.resolve().then(() => readFile(bytes, options));
}

function readFile(bytes: Uint8Array, options: ReadNirOptions): ReadNir {
  const where = "readNir";
  checkOptions(where, options ?? null, ["reset", "dt", "startAtReset", "timesteps", "maxBytes"]);
  if (!(bytes instanceof Uint8Array)) {
    throw new TypeError(
      `${where}: bytes is ${show(bytes)}; expected a Uint8Array, such as readFileSync(path) gives.`,
    );
  }
  const { reset = "metadata", dt, startAtReset, timesteps, maxBytes = 2 ** 30 } = options;
  checkOneOf(`${where}: reset`, reset, ["hard", "subtract", "metadata"]);
  if (dt !== undefined) checkPositive(`${where}: dt`, dt);
  if (startAtReset !== undefined) checkBoolean(`${where}: startAtReset`, startAtReset);
  if (timesteps !== undefined) checkInteger(`${where}: timesteps`, timesteps, 1);
  checkInteger(`${where}: maxBytes`, maxBytes, 1);
  const notes: FidelityNote[] = [];
  try {
    const graph = decodeGraph(treeOf(bytes, maxBytes));
    const model = modelFrom(graph, { reset, dt, startAtReset, timesteps }, notes);
    return { model, report: fidelityReport(notes) };
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    const sentence = messageOf(thrown).replace(/\.$/, "");
    throw new FormatError(`${where}: this file cannot be read: ${sentence}.`, { cause: thrown });
  }
}

/** What is wrong below the graph is damage, or something that no tool for NIR writes. */
function treeOf(bytes: Uint8Array, maxBytes: number): Hdf5Group {
  try {
    return readHdf5(bytes, { items: MOST_ITEMS, depth: DEEPEST, bytes: maxBytes });
  } catch (thrown) {
    if (!(thrown instanceof FormatError)) throw thrown;
    const advice = "Copy or download it again, or let the tool that made it write it anew";
    throw new FormatError(`${messageOf(thrown)}. ${advice}`, { cause: thrown });
  }
}
