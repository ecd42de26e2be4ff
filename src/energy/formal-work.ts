/** Layers that compute once per inference, with numbers, as in a network without spikes. */

import type { LayerNode } from "../graph/layer-graph.js";
import { sizeOf } from "../shapes.js";
import { geometryOf, type Geometry } from "./layer-kinds.js";
import { sum, type Work } from "./work.js";

/** @param hasBias whether biases are read */
export function formalSynapses(geometry: Geometry, hasBias: boolean): Work {
  const { isConvolution, inputs, outputs, inChannels, outChannels, groups, kernel, weights } = geometry;
  const macs = (outputs * inChannels * kernel) / groups;
  return {
    macs,
    accs: outputs,
    addressMacs: 0,
    addressAccs: isConvolution ? inputs + outputs + outChannels * kernel : inChannels * outChannels,
    accesses: [
      { memory: "io", reads: isConvolution ? macs : inputs, writes: 0, words: inputs },
      { memory: "io", reads: 0, writes: outputs, words: outputs },
      { memory: "weights", reads: macs, writes: 0, words: weights },
      { memory: "biases", reads: hasBias ? outputs : 0, writes: 0, words: outChannels },
    ],
  };
}

/** A sum of branches. @param steps how often it is computed for one inference */
export function formalAdd({ inputs, shape }: LayerNode, steps = 1): Work {
  const size = sizeOf(shape);
  const read = sum(inputs.map((input) => sizeOf(input.shape)));
  return {
    macs: 0,
    accs: steps * size * (inputs.length - 1),
    addressMacs: 0,
    addressAccs: steps * size,
    accesses: [
      { memory: "io", reads: steps * read, writes: 0, words: size },
      { memory: "io", reads: 0, writes: steps * size, words: size },
    ],
  };
}

/** As the reference has it: sums of dimensions stand where their products should, and outputs are as many as channels. */
export function referenceAdd({ inputs, shape }: LayerNode): Work {
  const sizes = inputs.map((input) => sum(input.shape));
  const smallest = Math.min(...sizes);
  return {
    macs: 0,
    accs: smallest * (inputs.length - 1),
    addressMacs: 0,
    addressAccs: smallest,
    accesses: [
      { memory: "io", reads: sum(sizes), writes: 0, words: sizeOf(inputs[0].shape) },
      { memory: "io", reads: 0, writes: shape[shape.length - 1], words: sizeOf(shape) },
    ],
  };
}

/** The reference does not see groups, and counts bias reads that there are none of where `countsBias`. */
export function referenceFormalSynapses(node: LayerNode, countsBias: boolean): Work {
  const geometry = geometryOf(node);
  return formalSynapses({ ...geometry, groups: 1 }, geometry.biases > 0 || countsBias);
}
