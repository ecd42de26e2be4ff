/** Figures of one's own: functions of what a network gave for a whole data set. */

import { show } from "../show.js";
import { refuse, type Place } from "../schema/place.js";
import { listOf, type ValueType } from "../schema/value-types.js";
import { noGrad } from "../autograd/grad-mode.js";
import { scope } from "../tensor/scope.js";
import { tensor, type Tensor } from "../tensor/tensor.js";

export interface NamedMetric {
  /** What reports and metrics call it. */
  readonly name: string;
  /** Of the mean outputs [samples, classes] of the whole set, and its labels: a finite number. */
  readonly metric: (outputs: Tensor, labels: Int32Array) => number;
}

const EXAMPLE = '{ name: "top3", metric: (outputs, labels) => … }';

const namedMetric: ValueType<NamedMetric> = {
  expects: EXAMPLE,
  read(value: unknown, place: Place) {
    const { name, metric } = (value ?? {}) as Partial<Record<keyof NamedMetric, unknown>>;
    const isNamed = typeof name === "string" && name.trim() !== "" && typeof metric === "function";
    return isNamed ? (value as NamedMetric) : refuse(place, value, EXAMPLE, "type");
  },
  write: () => undefined,
};

const list = listOf(namedMetric);

/** Of code: a file cannot hold a function. */
export const namedMetrics: ValueType<readonly NamedMetric[]> = {
  ...list,
  read(value, place) {
    const metrics = list.read(value, place);
    const names = metrics.map(({ name }) => name);
    const twin = names.find((name, i) => names.indexOf(name) < i);
    if (twin !== undefined) place.fail(`has ${show(twin)} twice; expected names of their own.`);
    return metrics;
  },
};

/** Outputs of batch after batch, until all are there. */
export class OutputsOfSet {
  readonly #parts: Float32Array[] = [];
  readonly #labels: number[] = [];

  add(outputs: Float32Array, labels: Int32Array): void {
    this.#parts.push(outputs);
    for (const label of labels) this.#labels.push(label);
  }

  /** @throws TypeError for a metric that gives no finite number */
  measure(metrics: readonly NamedMetric[]): Record<string, number> {
    const labels = Int32Array.from(this.#labels);
    const values = Float32Array.from(this.#parts.flatMap((part) => [...part]));
    return Object.fromEntries(
      metrics.map(({ name, metric }) => {
        const value: unknown = scope(() =>
          noGrad(() => metric(tensor(values, [labels.length, values.length / labels.length]), labels)),
        );
        if (typeof value === "number" && Number.isFinite(value)) return [name, value];
        throw new TypeError(`the metric ${show(name)} gave ${show(value)}; expected a finite number.`);
      }),
    );
  }
}
