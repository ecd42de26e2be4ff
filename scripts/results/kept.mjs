/** What results/ holds of each data set: what the sweeps said, and what was chosen. */

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { choose, isMeasured } from "./choose.mjs";
import { dataSets } from "./data-sets.mjs";
import { kindsFor, TIMESTEPS } from "./kinds.mjs";

/** @param root of the checkout @param part "choice.json" */
export const keptPath = (root, name, part) => join(root, "results", `${name}-${part}`);

const read = (path) => (existsSync(path) ? JSON.parse(readFileSync(path, "utf8")) : null);

/** @param root of the checkout */
export function kept(root) {
  return Object.entries(dataSets).map(([name, data]) => {
    const [choice, results, products] = ["choice.json", "final.json", "products.json"].map((part) =>
      read(keptPath(root, name, part)),
    );
    const isKnown = choice !== null && results !== null;
    const pairs = TIMESTEPS.flatMap((T) => kindsFor(data.lr).map((kind) => ({ kind, T })));
    const has = ({ kind, T }) => isKnown && isMeasured(kind, T, choice);
    return {
      name,
      data,
      results: isKnown ? results : null,
      chosen: pairs.filter(has).flatMap(({ kind, T }) => choose([kind], [T], choice)),
      unmeasured: pairs.filter((pair) => !has(pair)),
      products: products?.products ?? null,
    };
  });
}
