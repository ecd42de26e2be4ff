/** A network that cannot be said in another form: nothing was written. */

import { printable } from "../show.js";
import type { FidelityReport } from "./fidelity-report.js";

export class UnsupportedError extends RangeError {
  override name = "UnsupportedError";
  /** Every layer that stands in the way. */
  readonly report: FidelityReport;

  /** @param where what the message begins with. @param report with the verdict "unsupported" */
  constructor(where: string, report: FidelityReport) {
    const reasons = report.notes.filter(({ verdict }) => verdict === "unsupported");
    const [first] = reasons;
    const layer = first?.layer ?? null;
    const more = reasons.length > 1 ? ` So it is with ${reasons.length - 1} more.` : "";
    super(
      printable(`${where}: ${layer === null ? "" : `${layer}: `}${first?.what ?? "unsupported"}: ${first?.why ?? ""}.${more}`),
    );
    this.report = report;
  }
}
