/** The page docs/results.md. */

import { SEEDS } from "./data-sets.mjs";
import { kindsFor } from "./kinds.mjs";
import { curvesOf, RATES, WEIGHT } from "./rates.mjs";
import { ratesTableOf, ratesVerdictsOf, rowsOf, tableOf, verdictsOf } from "./table.mjs";

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
* int8 is the accuracy of the same trained networks as \`atif quantize --fold\` leaves them: integers of 8 bits with steps that are
  powers of two, thresholds in the weights, ranges from the training data, no training afterwards. What is empty was not
  measured; \`QuantReLU\` has no such form.
* \`ATIF, theta per channel\` learns a threshold for each channel (\`threshold_shape = "channel"\`); thresholds are the median of a
  layer then, with the least and the largest. They fold into weights as one does.
* On Fashion-MNIST the rate falls along a cosine over the ten epochs, for all kinds alike: 92.32 % of the tenth of the training data
  (T = 4, theta learned, one seed), 92.27 % with pictures mirrored at random besides (\`results/fashion-mnist-recipe.toml\`). A constant
  rate had been tested before: 91.01 % (90.37 to 91.16). After two epochs, of a constant rate, it is 90.02 % (89.76 to 90.17):
  \`atif sweep results/fashion-mnist-short.toml --data FOLDER\`.
* \`IFNode\` with soft reset and a threshold of 1 is ATIF with theta fixed at 1: the same spikes, and the same gradients but for
  their rounding.
* \`QuantReLU\` has ceil(log2(T + 1)) bits, as many as T + 1 levels take, and one time step; its spikes are values that are not 0, its
  thresholds the steps between two values.
* At equal spikes, what was chosen is trained again with \`firing_rate = { target, weight = ${WEIGHT} }\`: the loss holds each layer to a
  rate, in spikes per neuron and time step. Every rate that was trained is shown.

What was tried:

${listed(kindsFor(0.001))}

(The rates of QuantReLU are one and two times that of the experiment.)
`;
}

const commandOf = ({ name, data }) => `npm run results -- ${name}${data.needsData ? " --data FOLDER" : ""}`;

function section(kept) {
  const { name, data, results, chosen, unmeasured, products, int8 } = kept;
  const rows = rowsOf(results, chosen, products, int8);
  return `## ${data.title}

${data.told} ${data.epochs} epochs, ${rows[0]?.seeds ?? 0} seeds. \`${commandOf(kept)}\`

${tableOf(rows)}

${verdictsOf(rows).join("\n")}
${lacking([...unmeasured, ...chosen.filter((each) => !rows.some((row) => isRow(row, each)))])}
One row: \`atif sweep results/${name}-final.toml${data.needsData ? " --data FOLDER" : ""}\` has all their settings.
${equalSpikes(kept, rows)}`;
}

const isRow = ({ kind, T }, other) => kind.name === other.kind.name && T === other.T;

/** What is there of accuracy against spikes, or nothing. */
function equalSpikes({ name, data, rates }, rows) {
  const curves = rates === undefined || rates === null ? [] : curvesOf(rates, rows);
  if (curves.length === 0) return "";
  return `
### ${data.title} at equal spikes

Accuracy in percent, and spikes of an inference, where nothing holds the layers to a rate and where the loss does.

![${pictureText(data)}](pictures/results-${name}.svg)

${ratesTableOf(curves, RATES)}

${ratesVerdictsOf(curves, RATES).join("\n")}
`;
}

export const pictureText = ({ title }) =>
  `${title}: accuracy against spikes per inference, a curve for each kind of neuron, a panel for each number of time steps.`;

/** A line for what a table lacks that is made part by part. */
function lacking(unmeasured) {
  const names = [...new Set(unmeasured.map(({ kind }) => kind.name))];
  const parts = names.map((name) => {
    const of = unmeasured.filter(({ kind }) => kind.name === name);
    const timesteps = of.map(({ T }) => T).sort((a, b) => a - b);
    return `${name} at T = ${timesteps.join(", ")}`;
  });
  return parts.length === 0 ? "" : `\nNot measured yet: ${parts.join("; ")}.\n`;
}

const missing = (kept) => `
## ${kept.data.title}

Not measured yet: \`${commandOf(kept)}\` does it.
`;
