/** Files of other tools with what they must give, and how their numbers become tensors here. */

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { noGrad, tensor, type SpikingModel, type Tensor } from "../../../src/index.js";
import type { ForeignArchitecture } from "../../../src/exchange/import/network-source.js";

const root = fileURLToPath(new URL("../files/", import.meta.url));

/** Numbers that are no JSON stand there as text. */
export interface StoredNumbers {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

export interface ExpectedNetwork {
  readonly model: string;
  readonly params: Readonly<Record<string, unknown>> & { readonly timesteps: number };
  readonly x: StoredNumbers;
  readonly logits: StoredNumbers;
  readonly logits_per_step: StoredNumbers;
  readonly thresholds: Readonly<Record<string, number>>;
}

/** "pytorch/smlp_atif.pth" */
export function pathOf(name: string): string {
  return `${root}${name}`;
}

export function bytesOf(name: string): Uint8Array {
  return new Uint8Array(readFileSync(pathOf(name)));
}

export function jsonOf<T>(name: string): T {
  return JSON.parse(readFileSync(pathOf(name), "utf8")) as T;
}

/** With the channels last; `leading` axes before them stay. */
export function samplesOf({ shape, data }: StoredNumbers, leading = 1): Tensor {
  const x = tensor(data.map(Number)).reshape([...shape]);
  const rank = shape.length - leading;
  if (rank < 2) return x;
  const space = Array.from({ length: rank - 1 }, (_, axis) => leading + 1 + axis);
  return x.permute([...Array.from({ length: leading }, (_, axis) => axis), ...space, leading]);
}

/** Within 1e-5 of what is expected, relative to what is larger than 1. */
export function expectClose(actual: ArrayLike<number>, expected: StoredNumbers): void {
  expect(actual.length).toBe(expected.data.length);
  expected.data.forEach((value, i) => {
    const wanted = Number(value);
    expect(Math.abs(actual[i] - wanted), `element ${i}`).toBeLessThanOrEqual(
      1e-5 * Math.max(1, Math.abs(wanted)),
    );
  });
}

/** Logits of every time step for still inputs, in the model's step mode. */
export function stepsOf(model: SpikingModel, x: Tensor): number[] {
  return noGrad(() => {
    model.reset();
    if (model.stepMode === "m") {
      const all = Array.from({ length: model.timesteps }, () => x.toArray()).flatMap((each) => [...each]);
      return [...model.forward(tensor(all).reshape([model.timesteps, ...x.shape])).toArray()];
    }
    return Array.from({ length: model.timesteps }, () => [...model.forward(x).toArray()]).flat();
  });
}

export function expectNetwork(model: SpikingModel, expected: ExpectedNetwork): void {
  const x = samplesOf(expected.x);
  expectClose(noGrad(() => model.run(x)).toArray(), expected.logits);
  expectClose(stepsOf(model, x), expected.logits_per_step);
  const dict = model.stateDict();
  for (const [name, value] of Object.entries(expected.thresholds))
    expect(dict[name].data[0], name).toBe(value);
}

export function described({ model, params }: Pick<ExpectedNetwork, "model" | "params">): ForeignArchitecture {
  return { kind: model, params };
}
