/**
 * SpikingModel as programs get it. Whoever has its name may have classes of their own, whose architecture is what the tape
 * shows; whoever loads networks and runs them has none, and bundlers leave the tracing out: PURE tells them that the call is
 * for nothing where nobody reads what it returns.
 */

import { traceGraph } from "../graph/trace.js";
import { describeOwnBy, SpikingModel } from "./spiking-model.js";
import { tracedArchitecture } from "./traced-architecture.js";

function describedByTrace(model: typeof SpikingModel): typeof SpikingModel {
  describeOwnBy((own) => tracedArchitecture(own, traceGraph(own)));
  return model;
}

/** What all models share, and what a model of one's own extends: see models/spiking-model.ts. */
export const OwnModel = /* @__PURE__ */ describedByTrace(SpikingModel);
export type OwnModel = SpikingModel;
