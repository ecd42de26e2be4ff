/** The page docs/results.md. */

import { SEEDS } from "./data-sets.mjs";
import { kindsFor } from "./kinds.mjs";
import { rowsOf, tableOf, verdictsOf } from "./table.mjs";

const listed = (kinds) =>
  kinds.map(({ name, tried }) => `* ${name}: ${tried.map(({ told }) => told).join("; ")}.`).join("\n");

export function page(kept) {
  const known = kept.filter(({ results }) => results !== null);
  const unknown = kept.filter(({ results }) => results === null);
  return `# Results

Accuracy by the number of time steps T, for thresholds that are learned and for what they have to be compared with: the same
network, the same data, the same number of settings tried. This page is written by \`npm run results\` from what \`atif sweep\` said,
which \`results/\` of the repository keeps; each table has the command that makes it again, to the last digit.

${known.map(section).join("\n")}${unknown.map(missing).join("")}
## How it was measured

* Each kind was tried with six settings per T, trained on nine tenths of the training data and measured on the tenth; the best one
  was trained on all of it with the seeds ${SEEDS.join(", ")} and tested once. Test sets chose nothing.
* Accuracies are medians of the seeds, with the least and the largest. Spikes, additions and products are those of one inference:
  of all layers and time steps, in convolutions and linear layers, without addresses and memory
  ([energy.md](energy.md)). The first layer of a spiking network has numbers for an input, and multiplies.
* \`IFNode\` with soft reset and a threshold of 1 is ATIF with theta fixed at 1: the same spikes, and the same gradients but for
  their rounding.
* \`QuantReLU\` has ceil(log2(T + 1)) bits, as many as T + 1 levels take, and one time step; its spikes are values that are not 0, its
  thresholds the steps between two values.

What was tried:

${listed(kindsFor(0.001))}

(The rates of QuantReLU are one and two times that of the experiment.)
`;
}

function section({ name, data, results, chosen, unmeasured, products }) {
  const rows = rowsOf(results, chosen, products);
  const command = `npm run results -- ${name}${data.needsData ? " --data FOLDER" : ""}`;
  return `## ${data.title}

${data.told} ${data.epochs} epochs, ${rows[0]?.seeds ?? 0} seeds. \`${command}\`

${tableOf(rows)}

${verdictsOf(rows).join("\n")}
${lacking(unmeasured)}
One row: \`atif sweep results/${name}-final.toml${data.needsData ? " --data FOLDER" : ""}\` has all their settings.
`;
}

/** A line for what a table lacks that is made part by part. */
function lacking(unmeasured) {
  const names = [...new Set(unmeasured.map(({ kind }) => kind.name))];
  const parts = names.map((name) => {
    const timesteps = unmeasured.filter(({ kind }) => kind.name === name).map(({ T }) => T);
    return `${name} at T = ${timesteps.join(", ")}`;
  });
  return parts.length === 0 ? "" : `\nNot measured yet: ${parts.join("; ")}.\n`;
}

const missing = ({ name, data }) => `
## ${data.title}

Not measured yet: \`npm run results -- ${name}${data.needsData ? " --data FOLDER" : ""}\` does it.
`;
