/** The networks of starter files: small ones that learn in seconds (digits) or minutes (28 x 28 pixels). */

import type { ModelKind } from "../../models/table.js";
import type { FileModelKinds } from "./model-schema.js";

interface StarterNetwork<P> {
  readonly params: Partial<P>;
  readonly epochs: number;
  readonly batchSize: number;
  readonly lr: number;
}

type StarterNetworks = { readonly [K in ModelKind]: StarterNetwork<FileModelKinds[K]> };

/** Every convolution of a residual network, and the groups of blocks, with room for the border. */
const threeGroups = {
  kernelSizes: [3, 3, 3, 3],
  paddings: [1, 1, 1, 1],
  strides: [1, 1, 2, 2],
  numBlocks: [1, 1, 1],
  batchNorm: true,
  dims: 2,
} as const;

/** For 8 x 8 pixels. */
export const SMALL_NETWORKS: StarterNetworks = {
  SMLP: { params: { units: [64], timesteps: 4 }, epochs: 10, batchSize: 32, lr: 0.01 },
  SCNN: {
    params: {
      filters: [16, 32, 64],
      kernelSizes: [3, 3, 3],
      paddings: [1, 1, 1],
      strides: [1, 1, 1],
      poolSizes: [0, 2, 2],
      fcUnits: [],
      batchNorm: true,
      timesteps: 4,
      dims: 2,
    },
    epochs: 30,
    batchSize: 32,
    lr: 0.003,
  },
  SResNet: {
    params: { ...threeGroups, filters: [8, 8, 16, 32], timesteps: 2 },
    epochs: 10,
    batchSize: 32,
    lr: 0.005,
  },
  SResNetStride: {
    params: { ...threeGroups, filters: [8, 8, 16, 32], poolSizes: [0, 0, 0, 0], timesteps: 2 },
    epochs: 10,
    batchSize: 32,
    lr: 0.005,
  },
};

/** For 28 x 28 pixels. */
export const LARGE_NETWORKS: StarterNetworks = {
  SMLP: { params: { units: [256], timesteps: 4 }, epochs: 3, batchSize: 64, lr: 0.001 },
  SCNN: {
    params: {
      filters: [32, 64],
      kernelSizes: [3, 3],
      paddings: [1, 1],
      strides: [1, 1],
      poolSizes: [2, 2],
      fcUnits: [128],
      batchNorm: true,
      timesteps: 4,
      dims: 2,
    },
    epochs: 3,
    batchSize: 64,
    lr: 0.001,
  },
  SResNet: {
    params: { ...threeGroups, filters: [16, 16, 32, 64], timesteps: 2 },
    epochs: 1,
    batchSize: 64,
    lr: 0.005,
  },
  SResNetStride: {
    params: { ...threeGroups, filters: [16, 16, 32, 64], poolSizes: [0, 0, 0, 0], timesteps: 2 },
    epochs: 1,
    batchSize: 64,
    lr: 0.005,
  },
};
