/** The figures that combinations of settings may be ordered by. */

import type { JobFigures } from "./job-figures.js";

export type RankName =
  | "val_acc"
  | "val_avgclsacc"
  | "val_loss"
  | "test_acc"
  | "test_avgclsacc"
  | "test_loss"
  | "train_acc"
  | "train_loss";

interface Rank {
  readonly title: string;
  /** null of a run that has not got it. */
  read(figures: JobFigures): number | null;
}

export const rankTable: { readonly [K in RankName]: Rank } = {
  val_acc: { title: "validation accuracy", read: ({ validation }) => validation?.accuracy ?? null },
  val_avgclsacc: {
    title: "validation accuracy by class",
    read: ({ validation }) => validation?.averageClassAccuracy ?? null,
  },
  val_loss: { title: "validation loss", read: ({ validation }) => validation?.loss ?? null },
  test_acc: { title: "test accuracy", read: ({ test }) => test?.accuracy ?? null },
  test_avgclsacc: {
    title: "test accuracy by class",
    read: ({ test }) => test?.averageClassAccuracy ?? null,
  },
  test_loss: { title: "test loss", read: ({ test }) => test?.loss ?? null },
  train_acc: { title: "training accuracy", read: ({ trainAccuracy }) => trainAccuracy },
  train_loss: { title: "training loss", read: ({ trainLoss }) => trainLoss },
};

export const rankNames = Object.keys(rankTable) as RankName[];

/** Whether less is better. */
export function isLoss(rank: RankName): boolean {
  return rank.endsWith("_loss");
}
