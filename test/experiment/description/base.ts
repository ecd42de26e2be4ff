import { ConfigError } from "../../../src/errors.js";
import { parseExperiment } from "../../../src/experiment/description/index.js";

/** A complete experiment file that the tests of bad files edit. Mind the line numbers the messages name. */
export const base = `[bench]
name = "mnist_atif"
seed = 7
first_run = 1
last_run = 2
plugins = ["qualia_plugin_snn"]

[learningframework]
kind = "SpikingJelly"

[dataset]
kind = "MNIST"

[dataset.params]
path = "data/mnist"
dtype = "uint8"

[[preprocessing]]
kind = "Class2BinMatrix"

[[data_augmentation]]
kind = "IntToFloat32"
[data_augmentation.params]
scale = true
evaluate = true

[[data_augmentation]]
kind = "Mixup"

[model_template]
kind = "SCNN"
epochs = 3
batch_size = 64

[model_template.optimizer]
kind = "Adam"
params.lr = 0.001

[model_template.params]
timesteps = 4
dims = 2
neuron.kind = "ATIF"
neuron.params.v_threshold = 1.0

[[model]]
name = "small"
[model.params]
filters = [8, 16]
kernel_sizes = [3, 3]
paddings = [1, 1]
strides = [1, 1]
pool_sizes = [2, 2]
fc_units = [32]

[[model]]
name = "wide"
[model.params]
filters = [
  16,
  32, # stage 2
]
kernel_sizes = [[3, 3], 3]
paddings = [1, 1]
strides = [1, 1]
pool_sizes = [2, 2]
dropouts = [0, 0.1, 0.2]
fc_units = [64]
[model.optimizer]
params = { lr = 0.01 }
scheduler = { kind = "StepLR", params = { step_size = 2 } }
`;

/** base with one piece of text, which it must contain once, replaced. */
export function edited(find: string, replacement: string): string {
  const parts = base.split(find);
  if (parts.length !== 2)
    throw new Error(`the base file contains ${JSON.stringify(find)} ${parts.length - 1} times`);
  return parts.join(replacement);
}

/** What is wrong; the text of the base file that is replaced, and by what; the message. */
export type Case = readonly [label: string, find: string, replacement: string, message: string];

/** Of the error that the text is refused with. */
export function messageFor(text: string, lenient = false): string {
  try {
    parseExperiment(text, { lenient });
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
    throw thrown;
  }
  throw new Error("the file was accepted");
}

/** The message of the labelled case when it is read leniently, and the one its table expects. */
export function whenLenient(cases: readonly Case[], label: string): { got: string; expected: string } {
  const found = cases.find(([name]) => name === label);
  if (found === undefined) throw new Error(`there is no case ${label}`);
  const [, find, replacement, expected] = found;
  return { got: messageFor(edited(find, replacement), true), expected };
}
