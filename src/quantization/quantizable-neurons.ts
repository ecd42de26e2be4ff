/** Neurons that have a quantized form, by name: who asks before there is a network need not load what quantizes it. */

import { neuronTable } from "../neurons/table.js";

/** All of the library's own. */
export const quantizableNeurons: readonly string[] = Object.keys(neuronTable);
