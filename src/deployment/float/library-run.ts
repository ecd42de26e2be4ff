/** What the library itself gives for a sample: the spikes of each neuron, and the mean outputs. */

import { noGrad } from "../../autograd/grad-mode.js";
import { networkGraph } from "../../models/network-graph.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { withMode } from "../../module/mode.js";
import type { BaseNode } from "../../neurons/base-node.js";
import { observing } from "../../neurons/observation.js";
import { sizeOf } from "../../shapes.js";
import { scope } from "../../tensor/scope.js";
import { Tensor } from "../../tensor/tensor.js";
import type { FloatProgram } from "./float-layer.js";

export interface LibraryRun {
  /** By layer of the program and time step: what the neuron gave, channels last; 0 where it did not fire. */
  readonly spikes: ReadonlyMap<number, readonly Float32Array[]>;
  /** [classes], the mean over the time steps. */
  readonly logits: Float32Array;
}

/**
 * In evaluation mode; the state of the model's neurons is forgotten.
 *
 * @param x of one sample, prepared, channels last: [size], shown for all time steps; or [T, size], one after the other
 */
export function libraryRun(model: SpikingModel, program: FloatProgram, x: Float32Array): LibraryRun {
  const modules = new Map(networkGraph(model).nodes.map(({ name, module }) => [name, module]));
  const found = program.layers.flatMap((layer, i) => {
    const module = modules.get(layer.layer) ?? null;
    return layer.kind === "neuron" && module !== null ? [{ i, neuron: module as BaseNode }] : [];
  });
  const spikes = new Map<number, Float32Array[]>(found.map(({ i }) => [i, []]));
  const [parameter] = model.parameters();
  const size = sizeOf(model.inputShape);
  const isStill = x.length === size;
  const T = isStill ? model.timesteps : x.length / size;
  const logits = observing(
    found.map(({ neuron }) => neuron),
    (_, place) => ({
      seen: ({ output }) => {
        const all = output.toArray();
        const seen = spikes.get(found[place].i) ?? [];
        // One time step, or all of them.
        const count = found[place].neuron.stepMode === "m" ? T : 1;
        const size = all.length / count;
        for (let t = 0; t < count; t++) seen.push(all.slice(t * size, (t + 1) * size));
      },
    }),
    () =>
      withMode(model, false, () =>
        noGrad(() =>
          scope(() => {
            const one = [1, ...model.inputShape];
            const shape = isStill ? one : [T, ...one];
            const input =
              parameter === undefined ? Tensor.empty(shape) : Tensor.empty(shape, parameter.backend);
            input.data.set(x);
            return (isStill ? model.run(input) : model.runSequence(input)).toArray();
          }),
        ),
      ),
  );
  model.reset();
  return { spikes, logits };
}
