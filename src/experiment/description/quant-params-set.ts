/** Options of quantizers over others, set one by one in the keys of files: act.roundtype = "ceil". */

import { ConfigError } from "../../errors.js";
import { quantParams, type QuantParams } from "../../quantization/quantizer-options.js";
import { copyValue, emptyTable, isTable } from "./config-tree.js";
import type { ConfigTable, ConfigValue } from "./config-tree.js";
import { FilePlace } from "./file-place.js";
import type { Override } from "./overrides.js";
import { Positions } from "./positions.js";
import { Report } from "./report.js";

/** @throws ConfigError that names the option as it was typed */
export function readQuantParamsSet(params: QuantParams, overrides: readonly Override[]): QuantParams {
  const written = copyValue(quantParams.write(params));
  let tree: ConfigTable = isTable(written) ? written : emptyTable();
  const overridden = overrides.map(([dotted, value]) => {
    const option = `--set ${dotted}`;
    const path = dotted.split(".");
    const refuse = (_: unknown, problem: string): never => {
      throw new ConfigError(`${option} ${problem}`);
    };
    // Before it is walked, so that no key on the way reaches a prototype.
    copyValue(Object.fromEntries(path.map((key) => [key, 0])), [], refuse);
    tree = withValue(tree, path, copyValue(value, path, refuse));
    return { path, option };
  });
  const document = { source: "options of quantizers", tree, positions: new Positions(""), overridden };
  return quantParams.read(tree, new FilePlace(new Report(document, false)));
}

function withValue(table: ConfigTable, [key, ...rest]: readonly string[], value: ConfigValue): ConfigTable {
  const own = Object.hasOwn(table, key) ? table[key] : undefined;
  const inner = rest.length === 0 ? value : withValue(isTable(own) ? own : emptyTable(), rest, value);
  return Object.assign(emptyTable(), table, { [key]: inner });
}
