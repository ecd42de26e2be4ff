/** What results/ holds of each data set: what the sweeps said, and what was chosen. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { choose, isMeasured } from "./choose.mjs";
import { dataSets, kindsOf, timestepsOf } from "./data-sets.mjs";

/** @param root of the checkout @param part "choice.json" */
export const keptPath = (root, name, part) => join(root, "results", `${name}-${part}`);

/** JSON with a line for each row and run, so that changes are seen. */
export function linesOf(value) {
  const entries = Object.entries(value).map(([key, each]) => {
    const lists = Array.isArray(each) && each.some((one) => typeof one === "object");
    const text = lists
      ? `[\n${each.map((one) => `  ${JSON.stringify(one)}`).join(",\n")}\n ]`
      : JSON.stringify(each);
    return ` ${JSON.stringify(key)}: ${text}`;
  });
  return `{\n${entries.join(",\n")}\n}\n`;
}

/** null where there is no such file. */
export const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null);

/** @param root of the checkout */
export function kept(root) {
  return Object.entries(dataSets).map(([name, data]) => {
    const part = (of) => read(keptPath(root, name, `${of}.json`));
    const [choice, results] = [part("choice"), part("final")];
    const isKnown = choice !== null && results !== null;
    const pairs = timestepsOf(data).flatMap((T) => kindsOf(data).map((kind) => ({ kind, T })));
    const has = ({ kind, T }) => isKnown && isMeasured(kind, T, choice);
    return {
      name,
      data,
      results: isKnown ? results : null,
      chosen: pairs.filter(has).flatMap(({ kind, T }) => choose([kind], [T], choice)),
      unmeasured: pairs.filter((pair) => !has(pair)),
      products: part("products")?.products ?? null,
      int8: part("int8"),
      rates: part("rates"),
    };
  });
}
