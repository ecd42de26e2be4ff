/**
 * The graph of a network as it is, whatever class it has: one call with gradients on, and a walk back over the tape. What a
 * layer does inside is the layer's business: its output is put on the tape as that of one operation. What happens between
 * layers, such as x.add(y), is a node of its own.
 */

import { noGrad, withGrad } from "../autograd/grad-mode.js";
import { record, type Node } from "../autograd/node.js";
import { StateError } from "../errors.js";
import { kindOfLayer } from "../layers/table.js";
import { withMode } from "../module/mode.js";
import type { Module, StepMode } from "../module/module.js";
import { Parameter } from "../module/parameter.js";
import { formatShape, sameShape, type Shape } from "../shapes.js";
import { scope } from "../tensor/scope.js";
import { Tensor } from "../tensor/tensor.js";
import { INPUT, type LayerGraph, type LayerNode } from "./layer-graph.js";

/** What is traced: a model. */
export interface Network extends Module {
  readonly inputShape: Shape;
  readonly stepMode: StepMode;
}

/**
 * Shows the network one sample of zeros for one time step, in evaluation mode. The state of its neurons is forgotten.
 *
 * @throws StateError for a layer whose output does not come from the network's input by operations on the tape
 */
export function traceGraph(network: Network): LayerGraph {
  const names = namesOf(network);
  const leading = network.stepMode === "m" ? 2 : 1;
  const backend = network.parameters()[0]?.backend;
  try {
    return withMode(network, false, () =>
      scope(() =>
        withGrad(true, () => {
          network.reset();
          const x = Tensor.full([...new Array<number>(leading).fill(1), ...network.inputShape], 0, backend);
          x.requiresGrad = true;
          const trace = new Trace(leading, names, new Set(network.parameters()));
          const y = watching(names, trace, () => network.forward(trace.start(x)));
          return trace.graphTo(y, network);
        }),
      ),
    );
  } finally {
    scope(() => network.reset());
  }
}

/** Layers by name: those of a known kind, and those of another class that have no layers inside. */
function namesOf(network: Network): Map<Module, string> {
  const named = network.namedModules();
  const names = new Map<Module, string>();
  const hidden = new Set<Module>();
  for (const [name, module] of named) {
    if (hidden.has(module) || module === network || names.has(module)) continue;
    const isLayer = kindOfLayer(module) !== null || module.children().length === 0;
    if (!isLayer) continue;
    names.set(module, name);
    for (const [inner, below] of module.namedModules()) if (inner !== "") hidden.add(below);
  }
  return names;
}

/** Calls fn while every layer tells the trace what it takes and gives. */
function watching<R>(names: ReadonlyMap<Module, string>, trace: Trace, fn: () => R): R {
  const layers = [...names.keys()];
  const before = layers.map((layer) => Object.getOwnPropertyDescriptor(layer, "forward"));
  try {
    for (const layer of layers) {
      const forward = layer.forward.bind(layer);
      const told = (...inputs: readonly Tensor[]): Tensor =>
        trace.passed(layer, inputs, forward(inputs[0], ...inputs.slice(1)));
      Object.defineProperty(layer, "forward", { value: told, configurable: true, writable: true });
    }
    return fn();
  } finally {
    layers.forEach((layer, i) => {
      const own = before[i];
      if (own === undefined) Reflect.deleteProperty(layer, "forward");
      else Object.defineProperty(layer, "forward", own);
    });
  }
}

/** Where an output was put on the tape as that of one layer. */
interface Passage {
  /** A layer that is called again gets another name: the first call has its own. */
  readonly name: string;
  readonly layer: Module | null;
  readonly inputs: readonly Tensor[];
  readonly shape: Shape;
}

class Trace {
  readonly #leading: number;
  readonly #names: ReadonlyMap<Module, string>;
  readonly #parameters: ReadonlySet<Tensor>;
  readonly #passages = new Map<unknown, Passage>();
  /** What was made of a node of the tape, by the output. */
  readonly #nodes = new Map<unknown, Map<number, LayerNode>>();
  readonly #order: LayerNode[] = [];
  readonly #taken = new Map<string, number>();

  constructor(leading: number, names: ReadonlyMap<Module, string>, parameters: ReadonlySet<Tensor>) {
    this.#leading = leading;
    this.#parameters = parameters;
    this.#names = names;
  }

  start(x: Tensor): Tensor {
    return this.#mark(null, [], x);
  }

  passed(layer: Module, inputs: readonly Tensor[], y: Tensor): Tensor {
    return this.#mark(layer, inputs, y);
  }

  /** A tensor of its own, whose place on the tape tells what made it. */
  #mark(layer: Module | null, inputs: readonly Tensor[], y: Tensor): Tensor {
    const marked = noGrad(() => y.alias());
    record("layer", [y], [marked], [], ([g]) => [g]);
    const name = layer === null ? INPUT : this.#unique(this.#names.get(layer) ?? layer.constructor.name);
    this.#passages.set(marked.node, { name, layer, inputs, shape: y.shape });
    return marked;
  }

  graphTo(y: Tensor, network: Network): LayerGraph {
    const output = this.#nodeOf(y, network.constructor.name);
    const [input] = this.#order;
    return { nodes: this.#order, input, output };
  }

  #nodeOf(y: Tensor, reader: string): LayerNode {
    if (y.node !== null) return this.#nodeAt(y.node as Node, y.outputIndex);
    throw new StateError(
      `networkGraph: what ${reader} reads does not come from the network's input by operations on the tape; ` +
        `expected tensor operations and layers all the way, without detach() or new tensors.`,
    );
  }

  #nodeAt(tape: Node, index: number): LayerNode {
    const known = this.#nodes.get(tape)?.get(index);
    if (known !== undefined) return known;
    const passage = this.#passages.get(tape);
    const made = passage === undefined ? this.#operation(tape, index) : this.#layer(passage);
    const outputs = this.#nodes.get(tape) ?? new Map<number, LayerNode>();
    this.#nodes.set(tape, outputs.set(index, made));
    this.#order.push(made);
    return made;
  }

  #layer({ name, layer, inputs, shape }: Passage): LayerNode {
    const own = shape.slice(this.#leading);
    if (layer === null) return { name, kind: "Input", options: {}, inputs: [], shape: own, module: null };
    const row = kindOfLayer(layer);
    return {
      name,
      kind: row?.kind ?? layer.constructor.name,
      get options() {
        return row?.optionsOf(layer) ?? {};
      },
      inputs: inputs.map((input) => this.#nodeOf(input, name)),
      shape: own,
      module: layer,
    };
  }

  /** Between layers: x.add(y) is an Add, if nothing was broadcast and both come from the network's input. */
  #operation(tape: Node, index: number): LayerNode {
    const shape = tape.outputShapes[index];
    this.#checkRegistered(tape);
    const inputs = tape.edges.flatMap((edge) => (edge !== null && "node" in edge ? [edge] : []));
    const isWhole = inputs.length === tape.edges.length;
    const isAdd =
      tape.name === "add" &&
      isWhole &&
      inputs.every(({ node, index: i }) => sameShape(node.outputShapes[i], shape));
    return {
      name: this.#unique(tape.name),
      kind: isAdd ? "Add" : tape.name,
      options: {},
      inputs: inputs.map(({ node, index: i }) => this.#nodeAt(node, i)),
      shape: shape.slice(this.#leading),
      module: null,
    };
  }

  /** A layer in a #private field is seen by what it does. */
  #checkRegistered({ name, edges }: Node): void {
    for (const edge of edges) {
      if (edge === null || !("leaf" in edge)) continue;
      const { leaf } = edge;
      if (!(leaf instanceof Parameter) || this.#parameters.has(leaf)) continue;
      throw new StateError(
        `networkGraph: the operation ${name} reads a parameter of shape ${formatShape(leaf.shape)} that is not registered, ` +
          `so it would not be trained or saved; expected this.registerChild(name, layer) in the constructor, ` +
          `also of a layer in a #private field.`,
      );
    }
  }

  #unique(name: string): string {
    const count = this.#taken.get(name) ?? 0;
    this.#taken.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}
