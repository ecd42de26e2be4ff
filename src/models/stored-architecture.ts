/** What a file stores of a model: an architecture from which the same model is made, or a sentence why there is none. */

import { noGrad } from "../autograd/grad-mode.js";
import { messageOf } from "../errors.js";
import { traceGraph } from "../graph/trace.js";
import { withMode } from "../module/mode.js";
import { defaultGenerator, Generator } from "../random/generator.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import type { Architecture } from "./architecture.js";
import type { SpikingModel } from "./spiking-model.js";
import { createModel, isKnownKind, isOwnClass } from "./table.js";
import { tracedArchitecture, withPreprocessing } from "./traced-architecture.js";

/**
 * Of a class of somebody's own, the layers that are seen when it runs; that they give the same is tried before anything is
 * stored. The state of its neurons is forgotten by that.
 *
 * @throws TypeError for a part that is not known by kind, for a setting that no option has, and for a class that does
 *   something else than its layers
 */
export function storedArchitecture(model: SpikingModel): Architecture {
  if (!isOwnClass(model)) return model.architecture;
  const traced = withPreprocessing(model, tracedArchitecture(model, traceGraph(model)));
  checkSame(model, traced);
  return traced;
}

/** An architecture that somebody hands in to be stored. @throws TypeError unless createModel knows its kind */
export function checkStorable(where: string, { kind }: Architecture): void {
  if (isKnownKind(kind)) return;
  throw new TypeError(
    `${where}: the architecture is of the kind "${kind}", from which no model can be made again; ` +
      `expected that of model.architecture. Leave the getter out of your class: then it is the list of its layers.`,
  );
}

/** A new model of that architecture. Initial weights are drawn and thrown away: whoever draws next must not notice. */
export function createWithoutDrawing(architecture: Architecture): SpikingModel {
  const generator = defaultGenerator();
  const before = generator.state;
  try {
    return createModel(architecture);
  } finally {
    generator.state = before;
  }
}

/** Shows two samples to the model and to what would be loaded. @throws TypeError unless they give the same bits */
function checkSame(model: SpikingModel, architecture: Architecture): void {
  const where = model.constructor.name;
  const again = createWithoutDrawing(architecture);
  try {
    again.setParameterSettings(model.parameterSettings());
    again.loadStateDict(model.stateDict({ extras: true }));
  } catch (error) {
    throw new TypeError(
      `${where}: it has parameters or buffers that none of the layers it runs has (${messageOf(error)}); ` +
        `expected all of them in layers that are called. Put them into a layer and give that to defineLayer.`,
      { cause: error },
    );
  }
  const [own, other] = [model, again].map((each) => outputsOf(each, model.inputShape));
  if (own.every((value, i) => Object.is(value, other[i]))) return;
  throw new TypeError(
    `${where}: its layers alone give something else than its forward(), so it cannot be stored as data; ` +
      `expected the same at every time step. Put what it does besides into a layer and give that to defineLayer.`,
  );
}

function outputsOf(model: SpikingModel, inputShape: readonly number[]): Float32Array {
  const generator = new Generator(0);
  try {
    return withMode(model, false, () =>
      scope(() =>
        noGrad(() => {
          const x = Tensor.empty([2, ...inputShape], model.parameters()[0]?.backend);
          for (let i = 0; i < x.size; i++) x.data[i] = generator.normal();
          return model.run(x).toArray();
        }),
      ),
    );
  } finally {
    scope(() => model.reset());
  }
}
