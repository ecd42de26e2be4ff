/** What atif export is given. Which form takes which of these stands in the table of forms. */

import type { ComputeArguments } from "../compute-arguments.js";

export interface ExportArguments extends ComputeArguments {
  readonly run: string;
  readonly to?: string;
  readonly target?: string;
  readonly out?: string;
  readonly name?: string;
  readonly width?: string;
  readonly longWidth?: string;
  readonly ranges?: string;
  readonly form?: string;
  /** Of NIR: how what it has no node for is written. */
  readonly profile?: string;
  readonly samples?: number;
  readonly data?: string;
  readonly force?: boolean;
  /** Whether nothing is written that does not compute the same. */
  readonly strict?: boolean;
  readonly json?: boolean;
}
