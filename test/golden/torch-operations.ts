/** golden/torch_operations.json, typed, its words for what JSON has not as numbers again. */

import { readFileSync } from "node:fs";

/** Row-major, channels first. */
export interface TorchArray {
  readonly shape: number[];
  readonly data: number[];
}

export interface OperationCase {
  readonly name: string;
  readonly inputs: TorchArray[];
  readonly outputs: TorchArray[];
  /** Of the inputs, for gradients 1, 2, 3 … of each output. */
  readonly grads: TorchArray[];
}

export interface LayerCase {
  /** Arguments by their names in PyTorch. */
  readonly name: Readonly<Record<string, unknown>>;
  readonly arrays: Readonly<Record<string, TorchArray>>;
  readonly x: TorchArray;
  readonly y: TorchArray;
  /** Gradient of y. */
  readonly slope: TorchArray;
  readonly dx: TorchArray;
  readonly grads: Readonly<Record<string, TorchArray>>;
}

export const torchOperations = JSON.parse(
  readFileSync(new URL("torch_operations.json", import.meta.url), "utf8"),
  (key, value: unknown) => (key === "data" ? (value as unknown[]).map(Number) : value),
) as { operations: OperationCase[]; layers: Readonly<Record<string, LayerCase[]>> };
