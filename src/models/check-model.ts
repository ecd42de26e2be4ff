/** Whether something is a model, and how to make it one. */

import { Module } from "../module/module.js";
import { show } from "../show.js";
import { SpikingModel } from "./spiking-model.js";

/** @throws TypeError unless it is a SpikingModel */
export function checkModel(where: string, model: unknown): asserts model is SpikingModel {
  if (model instanceof SpikingModel) return;
  const advice =
    model instanceof Module
      ? " It is a Module: let its class extend SpikingModel instead, with super(inputShape, outputShape, timesteps, stepMode) in its constructor, or hand it up as the fifth argument of such a class."
      : "";
  throw new TypeError(`${where}: model is ${show(model)}; expected a model such as new SMLP(...).${advice}`);
}
