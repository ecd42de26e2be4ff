/** Networks of other tools: what has to be said of one, and what was kept of one that is shown. */

import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { DescribeForm } from "./describe-form.js";
import { KeptReport } from "./kept-report.js";
import "./foreign.css";

const asking = select((state) => state.asking);
const model = select((state) => state.model);

export function ForeignPanel() {
  const { fileName = null, report = null } = model.value ?? {};
  if (asking.value === null && report === null) return null;
  return (
    <div>
      {asking.value === null ? null : <DescribeForm key={asking.value.file.name} asking={asking.value} />}
      {report === null ? null : <KeptReport name={fileName ?? words.foreign.aFile} report={report} />}
    </div>
  );
}
