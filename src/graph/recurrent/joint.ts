/** Where feedback is joined with what a layer reads: a Concat that nobody chooses. */

import { Concat, concatRow, type ConcatSpec } from "../../layers/rare/concat.js";
import { addYieldingLayer } from "../../layers/table.js";

class Joint extends Concat {}

export const jointKind = addYieldingLayer<ConcatSpec>("FeedbackJoint", {
  ...concatRow,
  layer: Joint,
  create: (options) => new Joint(options),
});
