/** golden/torch_training.json, typed. */

import { readFileSync } from "node:fs";

interface TorchTraining {
  readonly start: number[];
  readonly gradients: number[][];
  readonly optimizers: { kind: string; params: object; steps: number[][] }[];
  readonly schedulers: { kind: string; params: object; rates: number[] }[];
  readonly values: number[];
  readonly plateaus: { kind: string; params: object; rates: number[] }[];
  readonly losses: {
    logits: number[];
    labels: number[];
    cases: { weight: number[] | null; labelSmoothing: number; loss: number; grad: number[] }[];
  };
  readonly clipping: {
    gradients: number[][];
    cases: { clip: "norm" | "value"; limit: number; norm: number | null; gradients: number[][] }[];
  };
  readonly operations: {
    x: number[];
    shape: number[];
    operations: Readonly<Record<string, { shape: number[]; y: number[]; grad: number[] }>>;
  };
}

export const torchTraining = JSON.parse(
  readFileSync(new URL("torch_training.json", import.meta.url), "utf8"),
) as TorchTraining;

/** Options of PyTorch by their names here. */
export function camelCased(params: object): Record<string, unknown> {
  const rename = (name: string): string =>
    name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(params).map(([name, value]) => [rename(name), value as unknown]));
}
