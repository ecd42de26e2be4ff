/**
 * SpikingModel as programs get it. Whoever has its name may have classes of their own, whose architecture is what the tape
 * shows; whoever loads networks and runs them has none, and bundlers leave this file out.
 */

import { traceGraph } from "../graph/trace.js";
import { describeOwnBy, SpikingModel as Model } from "./spiking-model.js";
import { tracedArchitecture } from "./traced-architecture.js";

function describedByTrace(model: typeof Model): typeof Model {
  describeOwnBy((own) => tracedArchitecture(own, traceGraph(own)));
  return model;
}

/** What all models share, and what a model of one's own extends: see models/spiking-model.ts. */
export const SpikingModel = describedByTrace(Model);
export type SpikingModel = Model;
