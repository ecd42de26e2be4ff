/** Classes in the order of a network: files of other data may count them otherwise. */

import type { Dataset } from "../datasets/dataset.js";
import { quote } from "../show.js";
import { UsageError } from "./exit-codes.js";

/**
 * The data with labels that count the classes as the names do.
 * @param name of the data, for messages
 * @throws UsageError for a class that is not among the names
 */
export function inOrderOf(classNames: readonly string[], data: Dataset, name: string): Dataset {
  const own = data.classNames;
  if (own === undefined || own.every((each, i) => each === classNames[i])) return data;
  const places = own.map((each) => classNames.indexOf(each));
  const unknown = own.find((_, i) => places[i] < 0 && data.labels.includes(i));
  if (unknown !== undefined) {
    throw new UsageError(
      `${name} has samples of the class ${quote(unknown)}, which the network does not know; expected ` +
        `${classNames
          .slice(0, 20)
          .map((each) => quote(each))
          .join(", ")}. Leave those samples out.`,
    );
  }
  return data.with({
    labels: data.labels.map((label) => places[label]),
    classes: classNames.length,
    classNames,
  });
}
