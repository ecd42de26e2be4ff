/** The reference of experiment files, as Markdown, written from what reads them. */

import { fieldsOf, snakeCase, type AnyField } from "../../schema/schema.js";
import { neuronKinds } from "../../neurons/table.js";
import { AUGMENTATIONS, DATASETS, WRITTEN_PREPROCESSING } from "./data-schema.js";
import type { IgnoredKeys, PassedOver } from "./ignored-keys.js";
import type { KindRow, KindTable, TableRow } from "./kinds.js";
import { LAYERS } from "./layer-schema.js";
import { MODELS } from "./model-schema.js";
import { NEURONS } from "./neuron-schema.js";
import { POSTPROCESSING, STEP } from "./postprocessing-schema.js";
import { sentence, toml } from "./reference-words.js";
import { SWEEP } from "../sweep/sweep-file.js";
import { BENCH, FRAMEWORKS, OPTIMIZERS, SCHEDULERS, TRAINING } from "./training-schema.js";

const INTRODUCTION = `# Experiment files

An experiment file is TOML 1.0, in the words of Qualia: what is trained, on what, how. \`atif train my.toml\` runs it, and
\`atif init my.toml\` writes one to begin with: the common keys, each with what it means.
[examples/digits.toml](../examples/digits.toml), which \`atif train\` runs when it is given no file, has a comment for each
part. This page lists every section, kind and key.

\`\`\`toml
[bench]
name = "digits"
seed = 1

[learningframework]
kind = "SpikingJellyMultiStep"

[dataset]
kind = "Digits"

[[model]]
name = "small"
kind = "SMLP"
epochs = 10
params = { units = [64], timesteps = 4, neuron = { kind = "${neuronKinds[0]}", params = { step_mode = "m" } } }
optimizer = { kind = "Adam", params = { lr = 0.01 } }
\`\`\`

* Sections in \`[brackets]\` are there once, those in \`[[double brackets]]\` once per step or network, in order.
* Where code has \`null\`, a file says \`false\`: \`v_reset = false\` is a soft reset.
* A key that is not known, or a value that makes no sense, is refused with its line, its column and the nearest key that is
  known. With \`--lenient\`, unknown keys are passed over with a warning.
* \`--set model.0.params.timesteps=8\` sets a key from the command line, after templates are merged; entries of lists by
  number.
* Keys and kinds that Qualia has and this library has not are refused, unless leaving them out changes nothing. Those that
  are passed over stand behind each table, with the reason.
`;

const POSTPROCESSING_TEXT = `${[
  "## `[[postprocessing]]`",
  "What is done to every network after its training and its test, in order; each step goes on with the network of the one before.",
  keyTable(fieldsOf(STEP.schema)),
  `\`\`\`toml
[[postprocessing]]
kind = "FuseBatchNorm"

[[postprocessing]]
kind = "QuantizationAwareTraining"
export = true

[postprocessing.params]
epochs = 2
optimizer = { params = { lr = 0.0005 }, scheduler = false }

[postprocessing.params.model.params.quant_params]
bits = 8
roundtype = "floor"
w = { bits = 4 }
\`\`\``,
  "What is measured stands in `summary.json` of the run, under `postprocessing`. With `export = true` the network is kept: its " +
    "folder, in that of the run, is called by the model and what was done to it, `net_fused` or " +
    "`net_fused_q8_force_qoff_e2_LSQFalse` (bits, fractional bits, epochs, whether steps are learned), and is one that every " +
    "command takes, with `model.safetensors`, `summary.json`, `config.toml`, and `activations_range.txt` of a quantized network. " +
    "What cannot be is refused before anything is trained: fusing or quantizing twice, fusing what is quantized, neurons that " +
    "have no quantized form. A run that is stopped between the steps, or in the middle of one, goes on there.",
].join("\n\n")}\n`;

const LAYERS_TEXT = `\`layers\` of a \`GraphModel\`, in PyTorch's words: \`kind\` and \`options\`. [Neurons](#neurons) are layers, too, and so are those
that a program defines. Shapes are channels last; a window is one number, or \`[height, width]\`. What does not fit is refused at
its line before anything is read or trained.

\`\`\`toml
[[model]]
name = "branches"
kind = "GraphModel"
epochs = 10
optimizer = { kind = "Adam", params = { lr = 0.01 } }

[model.params]
timesteps = 4
layers = [
  { name = "conv", kind = "Conv2d", options = { in_channels = 1, out_channels = 8, kernel_size = 3, padding = 1 } },
  { name = "near", kind = "${neuronKinds[0]}" },
  { name = "far", kind = "MaxPool2d", options = { kernel_size = 2 } },
  { name = "up", kind = "Upsample", options = { scale_factor = 2 } },
  { name = "both", kind = "Concat", inputs = ["near", "up"] },
  { name = "flat", kind = "Flatten" },
  { name = "fc", kind = "Linear", options = { in_features = 1024, out_features = 10 } },
]
\`\`\`

What reads its own past stands in a \`Recurrent\`, a list of layers in the list: here spikes of 64 neurons come back, a time step later,
through weights.

\`\`\`toml
[[model.params.layers]]
name = "loop"
kind = "Recurrent"

[model.params.layers.options]
inputs = [[64]]
feedback = [{ from = "back", to = "neuron" }]
output = "neuron"
layers = [
  { name = "neuron", kind = "${neuronKinds[0]}" },
  { name = "back", kind = "Linear", options = { in_features = 64, out_features = 64 } },
]
\`\`\``;

const SWEEP_TEXT = `
\`\`\`toml
[sweep]
experiment = "digits.toml"
seeds = [1, 2, 3]
validation = 0.1

[grid]
model.0.params.timesteps = [1, 2, 4, 8]
"model.0.optimizer.params.lr" = [0.001, 0.003]

[[settings]]
name = "steep"
model.0.params.neuron = { kind = "${neuronKinds[0]}", params = { alpha = 4.0, step_mode = "m" } }

[[settings]]
name = "leaky"
model.0.params.neuron = { kind = "${neuronKinds[3]}", params = { step_mode = "m" } }
\`\`\`

* \`[grid]\` has lists of values, and every combination is run. \`[[settings]]\` are combinations one by one; with a grid beside
  them each is run with all of it, what the grid sets coming last. A \`name\` stands for what the settings hold in the table.
* Keys are those of \`--set\`: paths with entries of lists by number, as tables or in quotes. A table with a \`kind\` is set as a
  whole; of others, the keys that they hold.
* The same run twice, a key that is set twice in one combination, and a combination that makes no experiment are refused before
  anything is run.
* The part of \`validation\` is drawn by the seed of each run, from the training data as they were loaded.
`;

/** @returns the whole page */
export function experimentReference(): string {
  const parts = [
    INTRODUCTION,
    table("## `[bench]`", "Which runs there are.", BENCH),
    kinds(
      "## `[learningframework]`",
      "How training goes: `kind` and `params`. `[framework]`, its old name, is read with `--lenient`.",
      FRAMEWORKS,
    ),
    kinds("## `[dataset]`", "The samples: `kind` and `params`.", DATASETS),
    kinds(
      "## `[[preprocessing]]`",
      "Steps that change the data once, before training: `kind` and `params`.",
      WRITTEN_PREPROCESSING,
    ),
    kinds(
      "## `[[data_augmentation]]`",
      "Steps that change every batch: `kind` and `params`. First all with `before = true` run, then all with `after = true`, " +
        "each in order. What they draw at random is drawn once per batch, noise per element.",
      AUGMENTATIONS,
    ),
    table(
      "## `[[model]]` and `[model_template]`",
      "A network and its training. `[model_template]`, which may be left out, is laid under every `[[model]]`, table by table; " +
        "lists are taken whole. It may hold all keys but `name`.\n\n" +
        "| Key | Meaning |\n| --- | --- |\n" +
        "| `name` | A name of its own, in quotes, without slashes. Required. |\n" +
        "| `kind`, `params` | The network, [below](#networks). Required. |\n" +
        "| `optimizer` | A table with `kind`, `params` and `scheduler`, [below](#optimizers). Required where something is trained. |\n" +
        "| `optimizer.threshold_lr` | The learning rate of the learned thresholds; that of all if it is left out. |\n" +
        "| `optimizer.groups` | Parameters with options over those of all: a list such as " +
        '`[{ parameters = [\"layers.fc1.*\"], params = { weight_decay = 0.0 } }]`, where `*` stands for anything, or ' +
        '`parameters = \"thresholds\"`. Schedules scale the rate of each. |\n' +
        "| `update` | A table with `quant_params`: options of quantizers, over those that " +
        "[`QuantizationAwareTraining`](#quantizationawaretraining) has for all models. |",
      TRAINING,
    ),
    kinds("## Networks", "`kind` and `params` of `[[model]]`.", MODELS),
    kinds("## Layers", LAYERS_TEXT, LAYERS),
    kinds(
      "## Neurons",
      "`params.neuron` of a network: `kind` and `params`; in a `GraphModel`, `kind` and `options` of a layer.",
      NEURONS,
    ),
    kinds("## Optimizers", "`optimizer` of a model: `kind` and `params`.", OPTIMIZERS),
    kinds(
      "## Schedules",
      "`optimizer.scheduler` of a model: `kind` and `params`. They set the learning rate at the start of every epoch.",
      SCHEDULERS,
    ),
    POSTPROCESSING_TEXT,
    kinds("## Steps of post-processing", "`kind` and `params` of `[[postprocessing]]`.", POSTPROCESSING),
    `${table(
      "## Sweep files",
      "What [`atif sweep`](training.md#trying-settings) reads: an experiment file, and what is tried of its keys. The keys of `[sweep]`:",
      SWEEP,
    )}${SWEEP_TEXT}`,
    `## Other sections

\`[deploy]\`, \`[experimenttracking]\` and \`[parameter_research]\` ask for what this library does not do, and are
refused; with \`--lenient\` they are left out with a warning. They pass in silence where they are empty, or hold
\`enabled = false\` or \`disabled = true\`. \`includes\` and \`include_search_paths\` are always refused: put the included sections into
the file.
`,
  ];
  return parts.join("\n");
}

function table<P>(heading: string, text: string, row: TableRow<P>): string {
  return `${[heading, text, ...keys(row)].join("\n\n")}\n`;
}

function kinds<Kinds>(heading: string, text: string, { rows, elsewhere }: KindTable<Kinds>): string {
  const entries = Object.entries(rows) as [string, KindRow<unknown>][];
  const firstWith = new Map<string, string>();
  const parts = entries.flatMap(([kind, row]) => {
    const own = keys(row).join("\n\n");
    const first = fieldsOf(row.schema).length > 0 ? firstWith.get(own) : undefined;
    firstWith.set(own, first ?? kind);
    return [
      `### \`${kind}\``,
      sentence(row.summary),
      first === undefined ? own : `Its parameters are those of \`${first}\`.`,
    ];
  });
  const missing =
    elsewhere.length === 0
      ? []
      : [`Of Qualia, and not here: ${elsewhere.map((kind) => `\`${kind}\``).join(", ")}.`];
  return `${[heading, text, ...parts, ...missing].join("\n\n")}\n`;
}

/** The table of keys, and the list of those that are passed over. */
function keys<P>({ schema, ignored = {}, passedOver = {} }: TableRow<P>): string[] {
  const fields = fieldsOf(schema);
  const passed = [...overPassed(passedOver), ...passedKeys(ignored)];
  return [
    fields.length === 0 ? "It has no parameters." : keyTable(fields),
    ...(passed.length === 0 ? [] : [`Passed over:\n\n${passed.join("\n")}`]),
  ];
}

function keyTable(entries: readonly [string, AnyField][]): string {
  const rows = entries.flatMap(([name, field]) => keyRows(name, field));
  return ["| Key | Value | Default | Meaning |", "| --- | --- | --- | --- |", ...rows].join("\n");
}

/** Of a key, and of the keys of the table that it holds. */
function keyRows(name: string, field: AnyField, within = ""): string[] {
  const key = `${within}${field.key ?? snakeCase(name)}`;
  // A file has no null.
  const value = field.type.expects.replace(/, or none$/, ", or false");
  const cells = [`\`${key}\``, value, standard(field), field.meaning];
  const parts = Object.entries((field.type.parts ?? {}) as Readonly<Record<string, AnyField>>);
  return [
    `| ${cells.map(cell).join(" | ")} |`,
    ...parts.flatMap(([part, each]) => keyRows(part, each, `${key}.`)),
  ];
}

/** What holds if the key is left out. */
function standard(field: AnyField): string {
  if (field.presence === "required") return "required";
  if (field.presence === "optional") return "";
  return `\`${toml(field.type.write(field.fallback))}\``;
}

function overPassed(rows: Readonly<Record<string, PassedOver>>): string[] {
  return Object.entries(rows).map(
    ([key, { values, instead }]) => `* \`${key} = ${values.map(toml).join("`, `")}\`: ${instead}.`,
  );
}

function passedKeys(ignored: IgnoredKeys): string[] {
  return Object.entries(ignored).map(([key, { passes, note, problem, otherwise }]) => {
    if (passes === "any") return `* \`${key}\`, whatever it is: ${note ?? "it changes nothing here"}.`;
    const values = passes.map((value) => `\`${toml(value)}\``).join(", ");
    const others = otherwise === "warn" ? "a warning" : "refused";
    const which = passes.length === 0 ? "with a warning" : `${values} in silence; anything else is ${others}`;
    return `* \`${key}\`, ${which}: ${problem.replace(/^expected .*, since /, "")}.`;
  });
}

/** Bars would end a cell. */
function cell(text: string): string {
  return text.replaceAll("|", "\\|");
}
