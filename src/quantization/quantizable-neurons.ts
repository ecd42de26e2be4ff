/** Neurons that have a quantized form, by name: who asks before there is a network need not load what quantizes it. */

export const quantizableNeurons: readonly string[] = [
  "ATIF",
  "IFSRL",
  "IFNode",
  "LIFNode",
  "ParametricLIFNode",
];
