/**
 * What one neuron receives at one time step: everything that reaches it, times the weight on its way. The library says both: what
 * the layers before fired, and the gradient of the neuron's input by it, which is that weight, whatever lies between.
 */

import {
  createModel,
  networkGraph,
  scope,
  tensor,
  type Activity,
  type LayerNode,
  type SpikingModel,
  type StateDict,
  type Tensor,
} from "atif";
import { FROM_INPUT } from "./layer-flow.js";
import type { Arrival, Arrivals, PickedNeuron } from "./protocol.js";

/** Those that matter most; the others are summed up. */
const MOST = 40;
/** How far the parts may be from the whole, by rounding. */
const TOLERANCE = 1e-3;

/** A network, what it looked at, and what happened in it then. */
export interface Looked {
  readonly model: SpikingModel;
  readonly activity: Activity;
  /** As the page gives it, in the units of the network; of a sequence all of its time steps, one after the other. */
  readonly image: Float32Array;
  /** Whether they are as many images as time steps. */
  readonly isSequence?: boolean;
  /** Its weights then; left out, if they are the same still. */
  readonly state?: StateDict | undefined;
}

/** null: it cannot be taken apart. @param step from 1 */
export function arrivalsOf(
  { model, activity, image, isSequence = false, state = model.stateDict() }: Looked,
  picked: PickedNeuron,
  step: number,
): Arrivals | null {
  const { layer, neuron } = picked;
  if (layer >= activity.layers.length || step > activity.timesteps) return null;
  // Gradients of the network that learns are left alone.
  const copy = createModel(model.architecture).eval();
  copy.loadStateDict(state);
  return scope(() => {
    const paths = new Map<LayerNode["module"], string>(
      copy.spikingLayers().map(([path, own]) => [own, path]),
    );
    const { nodes } = networkGraph(copy);
    const own = activity.layers[layer];
    const target = nodes.find(({ module }) => module !== null && paths.get(module) === own.name);
    // Inside a layer with feedback, what arrives is from the step before too.
    if (target === undefined) return null;
    const leaves = new Map<number, Tensor>();
    const time = copy.stepMode === "m" ? [1] : [];
    const leaf = (source: number, make: () => Tensor): Tensor => {
      const made = leaves.get(source) ?? make();
      leaves.set(source, made);
      return made;
    };
    const done = new Map<LayerNode, Tensor>();
    const valueOf = (node: LayerNode): Tensor => {
      const known = done.get(node);
      if (known !== undefined) return known;
      const made = computed(node);
      done.set(node, made);
      return made;
    };
    const computed = (node: LayerNode): Tensor => {
      const { module, inputs } = node;
      if (module === null && inputs.length === 0) {
        return leaf(FROM_INPUT, () => {
          const size = image.length / (isSequence ? activity.timesteps : 1);
          const at = isSequence ? step - 1 : 0;
          const shown = image.subarray(at * size, (at + 1) * size);
          const prepared = copy.prepare(tensor(shown, [1, ...copy.inputShape]));
          return tensor(prepared.toArray(), [...time, ...prepared.shape], { requiresGrad: true });
        });
      }
      const place = activity.layers.findIndex(({ name }) => module !== null && name === paths.get(module));
      if (place >= 0) {
        return leaf(place, () => {
          const { spikes, neurons, shape, name } = activity.layers[place];
          const height = copy.spikingLayers().find(([path]) => path === name)?.[1].spikeHeight ?? 1;
          const fired = spikes.subarray((step - 1) * neurons, step * neurons);
          return tensor(
            Float32Array.from(fired, (spike) => spike * height),
            [...time, 1, ...shape],
            {
              requiresGrad: true,
            },
          );
        });
      }
      const [first, ...others] = inputs.map(valueOf);
      return module?.forward(first, ...others) ?? others.reduce((sum, other) => sum.add(other), first);
    };
    const received = valueOf(target.inputs[0]);
    const input = received.data[neuron];
    const recorded = own.input[(step - 1) * own.neurons + neuron];
    // Something between keeps a state, or its neurons do not stand where they were recorded.
    if (!isNear(input, recorded)) return null;
    const chosen = new Float32Array(received.size);
    chosen[neuron] = 1;
    if (received.requiresGrad) received.mul(tensor(chosen, received.shape)).sum().backward();
    const all: Arrival[] = [];
    for (const [source, { data, grad }] of leaves) {
      const weights = grad?.data;
      if (weights === undefined) continue;
      for (let i = 0; i < weights.length; i++) {
        if (weights[i] !== 0) all.push({ source, neuron: i, value: data[i], weight: weights[i] });
      }
    }
    return { ...picked, step, input: recorded, ...sorted(all, recorded) };
  });
}

function sorted(
  all: Arrival[],
  input: number,
): Pick<Arrivals, "arrivals" | "count" | "arrived" | "others" | "constant"> {
  const product = ({ value, weight }: Arrival): number => value * weight;
  const total = all.reduce((sum, each) => sum + product(each), 0);
  const there = all.filter((each) => each.value !== 0);
  const arrivals = there.sort((a, b) => Math.abs(product(b)) - Math.abs(product(a))).slice(0, MOST);
  const shown = arrivals.reduce((sum, each) => sum + product(each), 0);
  return {
    arrivals,
    count: all.length,
    arrived: there.length,
    others: total - shown,
    constant: input - total,
  };
}

function isNear(a: number, b: number): boolean {
  return Math.abs(a - b) <= TOLERANCE * Math.max(1, Math.abs(b));
}
