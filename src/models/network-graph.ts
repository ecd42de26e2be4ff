/** The graph of any model: what inspection, model files and exporters read. */

import type { LayerGraph } from "../graph/layer-graph.js";
import { traceGraph } from "../graph/trace.js";
import { checkModel } from "./check-model.js";
import { GraphModel } from "./graph-model.js";
import { SpikingModel } from "./spiking-model.js";

/**
 * The layers of a model, what each reads, and the shapes between them. Of a class with a forward() of its own, what is seen
 * when it shows the network one sample of zeros for one time step, in evaluation mode; the state of its neurons is forgotten.
 *
 * @throws TypeError unless it is a model; StateError for a layer whose output does not come from the network's input by
 *   operations on the tape
 */
export function networkGraph(model: SpikingModel): LayerGraph {
  checkModel("networkGraph", model);
  const isListed = model instanceof GraphModel && model.forward === SpikingModel.prototype.forward;
  return isListed ? model.graph : traceGraph(model);
}
