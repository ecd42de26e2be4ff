/** Optimizers and schedulers that are refused: every word of what is said about them. */

import { describe, expect, it } from "vitest";
import { edited, messageFor, whenLenient } from "./base.js";
import type { Case } from "./base.js";

const training: readonly Case[] = [
  [
    "epochs text",
    "epochs = 3",
    'epochs = "3"',
    'config.toml:32:1: model_template.epochs (merged into model[0]) is "3"; expected a whole number of at least 0.',
  ],
  [
    "epochs many",
    "epochs = 3",
    "epochs = 3_000_000",
    "config.toml:32:1: model_template.epochs (merged into model[0]) is 3000000; expected a whole number from 0 to 1000000.",
  ],
  [
    "batch 0",
    "batch_size = 64",
    "batch_size = 0",
    "config.toml:33:1: model_template.batch_size (merged into model[0]) is 0; expected a whole number of at least 1.",
  ],
  [
    "negative lr",
    "params.lr = 0.001",
    "params.lr = -0.001",
    "config.toml:37:1: model_template.optimizer.params.lr (merged into model[0]) is -0.001; expected a learning rate of at least 0.",
  ],
  [
    "nan lr",
    "params.lr = 0.001",
    "params.lr = nan",
    "config.toml:37:1: model_template.optimizer.params.lr (merged into model[0]) is nan; expected a finite number of at least 0.",
  ],
  [
    "lr text",
    "params = { lr = 0.01 }",
    'params = { lr = "0.01" }',
    'config.toml:69:12: model[1].optimizer.params.lr is "0.01"; expected a number of at least 0.',
  ],
  [
    "optimizer typo",
    '"Adam"',
    '"Adm"',
    'config.toml:36:1: model_template.optimizer.kind (merged into model[0]) is "Adm"; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam". Did you mean "Adam"?',
  ],
  [
    "optimizer Rprop",
    '"Adam"',
    '"Rprop"',
    'config.toml:36:1: model_template.optimizer.kind (merged into model[0]) is "Rprop", which Qualia knows and this version does not support; expected one of "SGD", "Adam", "AdamW", "RMSprop", "RAdam", "NAdam".',
  ],
  [
    "momentum in adam",
    "params.lr = 0.001",
    "params.lr = 0.001\nparams.momentum = 0.9",
    "config.toml:38:1: model_template.optimizer.params.momentum (merged into model[0]) is not a known key of Adam; expected one of lr, betas, eps, weight_decay.",
  ],
  [
    "betas",
    "params.lr = 0.001",
    "params.betas = [0.9]",
    "config.toml:37:1: model_template.optimizer.params.betas (merged into model[0]) has 1 entry; expected 2 entries.",
  ],
  [
    "betas 1",
    "params.lr = 0.001",
    "params.betas = [0.9, 1.0]",
    "config.toml:37:22: model_template.optimizer.params.betas[1] (merged into model[0]) is 1; expected a number of at least 0 and below 1.",
  ],
  [
    "amsgrad",
    "params.lr = 0.001",
    "params.amsgrad = true",
    "config.toml:37:1: model_template.optimizer.params.amsgrad (merged into model[0]) is true; expected false, since this version does not have AMSGrad.",
  ],
  [
    "nesterov",
    'kind = "Adam"\nparams.lr = 0.001',
    'kind = "SGD"\nparams.nesterov = true',
    "config.toml:37:1: model_template.optimizer.params.nesterov (merged into model[0]) is true with momentum 0 and dampening 0; expected a momentum above 0 and no dampening.",
  ],
  [
    "no optimizer",
    '[model_template.optimizer]\nkind = "Adam"\nparams.lr = 0.001\n',
    "",
    'config.toml:42:1: model[0].optimizer is missing; expected a table such as { kind = "Adam", params = { lr = 0.001 } } to train 3 epochs.',
  ],
  [
    "scheduler unknown",
    '"StepLR"',
    '"StepLr2"',
    'config.toml:70:15: model[1].optimizer.scheduler.kind is "StepLr2"; expected one of "StepLR", "MultiStepLR", "CosineAnnealingLR", "SinDescent", "LinearLR", "ExponentialLR", "OneCycleLR", "ReduceLROnPlateau". Did you mean "StepLR"?',
  ],
  [
    "scheduler unsupported",
    '"StepLR"',
    '"CyclicLR"',
    'config.toml:70:15: model[1].optimizer.scheduler.kind is "CyclicLR", which Qualia knows and this version does not support; expected one of "StepLR", "MultiStepLR", "CosineAnnealingLR", "SinDescent", "LinearLR", "ExponentialLR", "OneCycleLR", "ReduceLROnPlateau".',
  ],
  [
    "scheduler missing",
    "{ step_size = 2 }",
    "{ gamma = 0.5 }",
    "config.toml:70:32: model[1].optimizer.scheduler.params.step_size is missing; expected a whole number of at least 1.",
  ],
  [
    "milestones",
    'kind = "StepLR", params = { step_size = 2 }',
    'kind = "MultiStepLR", params = { milestones = [10, -5] }',
    "config.toml:70:66: model[1].optimizer.scheduler.params.milestones[1] is -5; expected a whole number of at least 0.",
  ],
  [
    "t_max",
    'kind = "StepLR", params = { step_size = 2 }',
    'kind = "CosineAnnealingLR", params = { t_max = 10 }',
    'config.toml:70:54: model[1].optimizer.scheduler.params.t_max is not a known key of CosineAnnealingLR; expected one of T_max, eta_min. Did you mean "T_max"?',
  ],
  [
    "sindescent",
    'kind = "StepLR", params = { step_size = 2 }',
    'kind = "SinDescent", params = { epoch = 10, pme = 0.1, w = 3 }',
    "config.toml:70:36: model[1].optimizer.scheduler.params.lr0 is missing; expected a learning rate of at least 0.",
  ],
  [
    "params not table",
    "params.lr = 0.001",
    "params = [0.001]",
    "config.toml:37:1: model_template.optimizer.params (merged into model[0]) is [0.001]; expected a table.",
  ],
  [
    "optimizer as text",
    '[model_template.optimizer]\nkind = "Adam"\nparams.lr = 0.001\n',
    'optimizer = "Adam"\n\n\n',
    'config.toml:35:1: model_template.optimizer (merged into model[0]) is "Adam"; expected a table.',
  ],
  [
    "rate below 0",
    'kind = "StepLR", params = { step_size = 2 }',
    'kind = "SinDescent", params = { epoch = 4, pme = 1, w = 1, lr0 = 0.1, lrf = 0.1 }',
    "config.toml:70:58: model[1].optimizer.scheduler.params.pme is 1, so the rate of epoch 3 would be -0.15; expected at least 0. Use a smaller pme.",
  ],
  [
    "infinite learning rate",
    "params.lr = 0.001",
    "params.lr = inf",
    "config.toml:37:1: model_template.optimizer.params.lr (merged into model[0]) is inf; expected a finite number of at least 0.",
  ],
];

describe("refuses bad training", () => {
  it.each(training)("%s", (_label, find, replacement, message) => {
    expect(messageFor(edited(find, replacement))).toBe(message);
  });
});

// Leaving these out or guessing at them would run another experiment than the file says.
describe("refuses when lenient, too", () => {
  it.each(["negative lr", "optimizer Rprop", "milestones"])("%s", (label) => {
    const { got, expected } = whenLenient(training, label);
    expect(got).toBe(expected);
  });
});
