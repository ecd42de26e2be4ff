/**
 * What the reduction of gradients over P ranks costs, on paper: latency a of a message, bandwidth B of a rank's network.
 *
 *   ring           T = 2 (P - 1) a + 2 n (P - 1) / (P B)
 *   Rabenseifner   T = 2 log2(P) a + 2 n (P - 1) / (P B)            halving, then doubling
 *   tree           T = (P - 1) a + log2(P) a + 2 n (P - 1) / (P B)  all to all, then all of it to all
 *   exact          Rabenseifner with 2 n: numbers of 64 bits
 *
 * @source Thakur, Rabenseifner, Gropp, "Optimization of Collective Communication Operations in MPICH" (2005)
 */

const bandwidthTerm = (bytes, ranks, { bandwidth }) => (2 * bytes * (ranks - 1)) / (ranks * bandwidth);

const rabenseifner = (bytes, ranks, network) =>
  2 * Math.log2(ranks) * network.latency + bandwidthTerm(bytes, ranks, network);

/** Seconds, of `bytes` of float32. */
export const reductions = {
  ring: (bytes, ranks, network) => 2 * (ranks - 1) * network.latency + bandwidthTerm(bytes, ranks, network),
  rabenseifner,
  tree: (bytes, ranks, network) =>
    (ranks - 1 + Math.log2(ranks)) * network.latency + bandwidthTerm(bytes, ranks, network),
  exact: (bytes, ranks, network) => rabenseifner(2 * bytes, ranks, network),
};

/** Latency in seconds, bandwidth in bytes per second: what applications see of them, assumed. */
export const interconnects = [
  { name: "10 GbE", latency: 30e-6, bandwidth: 1.1e9, told: "30 µs, 1.1 GB/s" },
  { name: "25 GbE", latency: 20e-6, bandwidth: 2.8e9, told: "20 µs, 2.8 GB/s" },
  { name: "100G InfiniBand", latency: 3e-6, bandwidth: 11e9, told: "3 µs, 11 GB/s" },
];

/** The backward pass, of a step. */
export const BACKWARD = 2 / 3;

/** What a step takes longer, in seconds, if everything is reduced behind the backward pass. */
export function apart(reduce, bytes, ranks, network) {
  return reduce(bytes, ranks, network);
}

/**
 * The same in two buckets of half the bytes each: the first is reduced while the second half of the backward pass computes, the
 * second behind it.
 * @param step seconds that computing takes
 */
export function overlapped(reduce, bytes, ranks, network, step) {
  const half = reduce(bytes / 2, ranks, network);
  return Math.max(0, half - (BACKWARD / 2) * step) + half;
}

/** Of the time of all ranks, the part in which they compute: 1 is as many images a second as all would have alone. */
export const efficiency = (step, longer) => step / (step + longer);
