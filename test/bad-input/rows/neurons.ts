/** Wrong inputs to neurons and their surrogates. */

import { ShapeError, StateError } from "../../../src/index.js";
import {
  ATIF, AutogradFunction, createNeuron, IFNode, IFSRL, LIFNode, MultiStepATIF, ones, ParametricLIFNode, sigmoidSurrogate,
  SpikeFunctionSigmoid, tensor, zeros, type FunctionContext, type Tensor,
} from "../../../src/index.js"; // prettier-ignore
import type { Row } from "../row.js";

const leaf = (): Tensor => tensor([1, 2, 3], [3], { requiresGrad: true });

class Twice extends AutogradFunction {
  static forward(_ctx: FunctionContext, x: Tensor): Tensor {
    return x.mul(2);
  }

  static backward(_ctx: FunctionContext, gradOutput: Tensor): (Tensor | null)[] {
    return [gradOutput.mul(2)];
  }
}

/** A function with one method changed. */
function broken(changes: object): { apply(...args: unknown[]): Tensor } {
  class Broken extends Twice {}
  return Object.assign(Broken, changes);
}

// prettier-ignore
export const neuronRows: readonly Row[] = [
  ["threshold NaN", () => new ATIF({ vThreshold: NaN }), RangeError, "ATIF: vThreshold is NaN; expected a finite number. Look at the computation that gave it."],
  ["threshold infinite", () => new ATIF({ vThreshold: Infinity }), RangeError, "ATIF: vThreshold is Infinity; expected a finite number. Look at the computation that gave it."],
  ["threshold 0", () => new IFSRL({ vThreshold: 0 }), RangeError, "IFSRL: vThreshold is 0; expected a number above 0."],
  ["threshold negative", () => new MultiStepATIF({ vThreshold: -1 }), RangeError, "MultiStepATIF: vThreshold is -1; expected a number above 0."],
  ["threshold in quotes", () => new IFNode({ vThreshold: "1" as never }), TypeError, 'IFNode: vThreshold is "1"; expected a number. Write it without quotes.'],
  ["threshold null", () => new LIFNode({ vThreshold: null as never }), TypeError, "LIFNode: vThreshold is null; expected a number. Give one, or leave it out if it has a default."],
  ["threshold too large for float32", () => new ATIF({ vThreshold: 1e39 }), RangeError, "ATIF: vThreshold is 1e+39; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units."],
  ["threshold too small for float32", () => new ParametricLIFNode({ vThreshold: 1e-50 }), RangeError, "ParametricLIFNode: vThreshold is 1e-50; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units."],
  ["initial thresholds the wrong way round", () => new ATIF({ vthInitL: 1, vthInitH: 0.5 }), RangeError, "ATIF: vthInitL is 1 and vthInitH 0.5; expected vthInitL <= vthInitH."],
  ["initial threshold negative", () => new ATIF({ vthInitL: -0.5 }), RangeError, "ATIF: vthInitL is -0.5; expected a number of at least 0."],
  ["initial threshold infinite", () => new ATIF({ vthInitH: Infinity }), RangeError, "ATIF: vthInitH is Infinity; expected a finite number. Look at the computation that gave it."],
  ["alpha 0", () => new ATIF({ alpha: 0 }), RangeError, "ATIF: alpha is 0; expected a number above 0."],
  ["alpha NaN", () => new IFSRL({ alpha: NaN }), RangeError, "IFSRL: alpha is NaN; expected a finite number. Look at the computation that gave it."],
  ["device cuda", () => new ATIF({ device: "cuda" as never }), RangeError, 'ATIF: device is "cuda"; expected "cpu". Leave it out.'],
  ["minThreshold 0", () => new ATIF({ minThreshold: 0 }), RangeError, "ATIF: minThreshold is 0; expected a number above 0."],
  ["vReset for ATIF", () => new ATIF({ vReset: 0 } as never), TypeError, 'ATIF: unknown option "vReset"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels.'],
  ["v_reset for ATIF", () => new ATIF({ v_reset: 0 } as never), TypeError, 'ATIF: unknown option "v_reset"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels.'],
  ["PyTorch's v_threshold", () => new ATIF({ v_threshold: 1 } as never), TypeError, 'ATIF: unknown option "v_threshold"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels. Did you mean "vThreshold"?'],
  ["stepMode as an option of ATIF", () => new ATIF({ stepMode: "m" } as never), TypeError, 'ATIF: unknown option "stepMode"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels.'],
  ["options null", () => new ATIF(null as never), TypeError, "ATIF: no options were given; expected an object like { vThreshold: … }."],
  ["options a number", () => new IFSRL(1 as never), TypeError, "IFSRL: options are 1; expected an object like { vThreshold: … }."],
  ["options a list", () => new LIFNode([] as never), TypeError, "LIFNode: options are []; expected an object like { vThreshold: … }."],
  ["vReset at the threshold", () => new IFNode({ vThreshold: 1, vReset: 1 }), RangeError, "IFNode: vReset is 1 and vThreshold 1; expected vReset below vThreshold, or it would fire at rest."],
  ["vReset NaN", () => new LIFNode({ vReset: NaN }), RangeError, "LIFNode: vReset is NaN; expected a finite number. Look at the computation that gave it."],
  ["tau 1", () => new LIFNode({ tau: 1 }), RangeError, "LIFNode: tau is 1; expected a time constant above 1 time step."],
  ["tau NaN", () => new LIFNode({ tau: NaN }), RangeError, "LIFNode: tau is NaN; expected a finite number. Look at the computation that gave it."],
  ["tau too large for float32", () => new LIFNode({ tau: 1e39 }), RangeError, "LIFNode: tau is 1e+39; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units."],
  ["initTau 0.5", () => new ParametricLIFNode({ initTau: 0.5 }), RangeError, "ParametricLIFNode: initTau is 0.5; expected a time constant above 1 time step."],
  ["decayInput in words", () => new LIFNode({ decayInput: "no" as never }), TypeError, 'LIFNode: decayInput is "no"; expected true or false.'],
  ["PyTorch's decay_input", () => new LIFNode({ decay_input: false } as never), TypeError, 'LIFNode: unknown option "decay_input"; known options are vThreshold, vReset, alpha, surrogateFunction, detachReset, stepMode, backend, storeVSeq, tau, decayInput. Did you mean "decayInput"?'],
  ["detachReset in words", () => new IFNode({ detachReset: "no" as never }), TypeError, 'IFNode: detachReset is "no"; expected true or false.'],
  ["storeVSeq a number", () => new IFNode({ storeVSeq: 1 as never }), TypeError, "IFNode: storeVSeq is 1; expected true or false."],
  ["backend torch", () => new IFNode({ backend: "torch" as never }), RangeError, 'IFNode: backend is "torch"; expected one of "fused", "eager".'],
  ["surrogate in words", () => new IFNode({ surrogateFunction: "Sigmoid" as never }), TypeError, 'IFNode: surrogateFunction is "Sigmoid"; expected a function of q = u - theta, such as sigmoidSurrogate(1).'],

  ["unknown kind, a slip", () => createNeuron({ kind: "ATFI" } as never, "s"), RangeError, 'neuron.kind is "ATFI"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode". Did you mean "ATIF"?'],
  ["unknown kind, lower case", () => createNeuron({ kind: "lifnode" } as never, "s"), RangeError, 'neuron.kind is "lifnode"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode". Did you mean "LIFNode"?'],
  ["unknown kind, the short name", () => createNeuron({ kind: "LIF" } as never, "s"), RangeError, 'neuron.kind is "LIF"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode". Did you mean "LIFNode"?'],
  ["unknown kind, something else", () => createNeuron({ kind: "Izhikevich" } as never, "s"), RangeError, 'neuron.kind is "Izhikevich"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode".'],
  ["no kind", () => createNeuron({} as never, "s"), RangeError, 'neuron.kind is undefined; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode".'],
  ["a name alone", () => createNeuron("ATIF" as never, "s"), TypeError, 'neuron is "ATIF"; expected { kind, params }, with a kind of ATIF, IFSRL, IFNode, LIFNode, ParametricLIFNode.'],
  ["params beside kind", () => createNeuron({ kind: "ATIF", vThreshold: 3 } as never, "s"), TypeError, 'neuron: unknown option "vThreshold"; known options are kind, params.'],
  ["params a list", () => createNeuron({ kind: "ATIF", params: [] } as never, "s"), TypeError, "ATIF: options are []; expected an object like { vThreshold: … }."],
  ["a step mode of its own", () => createNeuron({ kind: "IFNode", params: { stepMode: "m" } }, "s"), TypeError, "neuron.params: stepMode is given for the neuron alone; expected it left out. Set the stepMode of the model."],
  ["no such step mode", () => createNeuron({ kind: "ATIF" }, "x" as never), RangeError, 'createNeuron: stepMode is "x"; expected one of "s", "m".'],

  ["stepMode set to x", () => { new ATIF().stepMode = "x" as never; }, RangeError, 'ATIF: stepMode is "x"; expected one of "s", "m".'],
  ["ATIF in step mode m", () => { const n = new ATIF(); n.stepMode = "m"; n.forward(ones([2, 3])); }, RangeError, "ATIF: stepMode is 'm'; expected 's'. Use MultiStepATIF for inputs [T, N, ...]. Make a model with stepMode 'm' from the start."],
  ["supportedBackends of ATIF in step mode m", () => { const n = new ATIF(); n.stepMode = "m"; return n.supportedBackends; }, RangeError, "ATIF: stepMode is 'm'; expected 's'. Use MultiStepATIF for inputs [T, N, ...]. Make a model with stepMode 'm' from the start."],
  ["backend set to cupy", () => { new ATIF().backend = "cupy" as never; }, RangeError, 'ATIF: backend is "cupy"; expected one of "fused", "eager".'],
  ["forward of nothing", () => new ATIF().forward(undefined as never), TypeError, "ATIF: an argument is undefined; expected a Tensor. Make one with tensor(data, shape)."],
  ["forward of an array", () => new LIFNode().forward([1, 2] as never), TypeError, "LIFNode: an argument is [1, 2]; expected a Tensor. Make one with tensor(data, shape)."],
  ["forward without time steps", () => new MultiStepATIF().forward(zeros([0, 2])), ShapeError, "MultiStepATIF: x is [0, 2] in step mode 'm'; expected [T, N, ...] with T of at least 1."],
  ["forward without a time axis", () => new MultiStepATIF().forward(ones([])), ShapeError, "MultiStepATIF: x is [] in step mode 'm'; expected [T, N, ...] with T of at least 1."],
  ["another batch without reset", () => { const n = new ATIF(); n.forward(ones([2, 3])); n.forward(ones([4, 3])); }, ShapeError, "ATIF: x is [4, 3] per time step but the state v is [2, 3], from another input; expected the same shape. Call reset() on the layer or the model before a new batch."],
  ["a batch that would broadcast", () => { const n = new IFNode(); n.forward(ones([2, 3])); n.forward(ones([1, 3])); }, ShapeError, "IFNode: x is [1, 3] per time step but the state v is [2, 3], from another input; expected the same shape. Call reset() on the layer or the model before a new batch."],
  ["state of another shape", () => { const n = new ATIF(); n.v = ones([7]); n.forward(ones([3])); }, ShapeError, "ATIF: x is [3] per time step but the state v is [7], from another input; expected the same shape. Call reset() on the layer or the model before a new batch."],
  ["state a number", () => { new ATIF().v = 5 as never; }, TypeError, "v: an argument is 5; expected a Tensor. Make one with tensor(data, shape)."],
  ["setCoeffs -1", () => new ATIF().setCoeffs(-1), RangeError, "ATIF.setCoeffs: the threshold is -1; expected a threshold above 0. Set minimum = null on the parameter to allow it."],
  ["setCoeffs 0", () => new IFSRL().setCoeffs(tensor([0])), RangeError, "IFSRL.setCoeffs: the threshold is 0; expected a threshold above 0. Set minimum = null on the parameter to allow it."],
  ["setCoeffs NaN", () => new ATIF().setCoeffs(NaN), RangeError, "ATIF.setCoeffs: the threshold is NaN; expected a finite number. Look at the computation that gave it."],
  ["setCoeffs in quotes", () => new ATIF().setCoeffs("1" as never), TypeError, 'ATIF.setCoeffs: the threshold is "1"; expected a number. Write it without quotes.'],
  ["setCoeffs of two", () => new ATIF().setCoeffs(ones([2])), ShapeError, "ATIF.setCoeffs: got a tensor of shape [2]; expected one element: a layer has one threshold."],
  ["setCoeffs of a list", () => new ATIF().setCoeffs([1] as never), TypeError, "ATIF.setCoeffs: the threshold is [1]; expected a number."],
  ["spikeCount a number", () => { new ATIF().spikeCount = 5 as never; }, TypeError, "ATIF: spikeCount is 5; expected null or { spikes: 0, opportunities: 0 }."],
  ["spikeCount without counts", () => { new ATIF().spikeCount = {} as never; }, TypeError, "ATIF: spikeCount.spikes is undefined; expected a number. Give one: it has no default."],
  ["detachReset set to text", () => { new ATIF().detachReset = "x" as never; }, TypeError, 'ATIF: detachReset is "x"; expected true or false.'],
  ["storeVSeq set to null", () => { new ATIF().storeVSeq = null as never; }, TypeError, "ATIF: storeVSeq is null; expected true or false."],
  ["surrogate set to text", () => { new ATIF().surrogateFunction = "sigmoid" as never; }, TypeError, 'ATIF: surrogateFunction is "sigmoid"; expected a function of q = u - theta, such as sigmoidSurrogate(1).'],
  ["another surrogate in the fused kernels", () => { const n = new ATIF(); n.surrogateFunction = (q) => q; n.forward(ones([2])); }, StateError, "ATIF: the fused kernels know the sigmoid surrogate only; set backend = 'eager' to use another."],
  ["a surrogate that gives a number", () => { const n = new ATIF(); n.backend = "eager"; n.surrogateFunction = () => 1 as never; n.forward(ones([2])); }, TypeError, "surrogateFunction returned 1; expected a Tensor of q's shape, such as heaviside(q)."],
  ["a surrogate that gives another shape", () => { const n = new LIFNode(); n.backend = "eager"; n.surrogateFunction = (q) => q.sum(); n.forward(ones([2])); }, ShapeError, "surrogateFunction returned [] for q of [2]; expected the same shape: one spike or none per neuron."],
  ["backward through two inputs without detach", () => { const n = new ATIF(); for (let t = 0; t < 2; t++) n.forward(ones([2])).sum().backward(); }, StateError, "backward through atif a second time: its graph was freed by the first backward() or by the end of a scope. Run the forward pass again; if a neuron carries state from before, call reset() or detach() on it first."],
  ["threshold changed before backward", () => { const n = new ATIF(); const y = n.forward(leaf()).sum(); n.setCoeffs(2); y.backward(); }, StateError, "backward of atif: a tensor it needs was changed in place after the forward pass (by an optimizer step, setCoeffs or loadStateDict); call backward() before changing it."],

  ["sigmoidSurrogate 0", () => sigmoidSurrogate(0), RangeError, "sigmoidSurrogate: alpha is 0; expected a number above 0."],
  ["sigmoidSurrogate without alpha", () => sigmoidSurrogate(undefined as never), TypeError, "sigmoidSurrogate: alpha is undefined; expected a number. Give one: it has no default."],
  ["SpikeFunctionSigmoid without alpha", () => SpikeFunctionSigmoid.apply(leaf(), undefined as never), TypeError, "SpikeFunctionSigmoid: alpha is undefined; expected a number. Give one: it has no default."],
  ["SpikeFunctionSigmoid of a number", () => SpikeFunctionSigmoid.apply(1 as never, 1), TypeError, "heaviside: an argument is 1; expected a Tensor. Make one with tensor(data, shape)."],
  ["SpikeFunctionSigmoid with two alphas", () => SpikeFunctionSigmoid.apply(leaf(), ones([2])), ShapeError, "SpikeFunctionSigmoid: alpha has shape [2]; expected one element, or a number."],
  ["apply without its class", () => { const { apply } = Twice as unknown as { apply(x: Tensor): Tensor }; return apply(leaf()); }, TypeError, "apply: it was called without its class; expected a call such as SpikeFunctionSigmoid.apply(x, alpha)."],
  ["a function without forward", () => (class Empty extends AutogradFunction {} as never as typeof Twice).apply(leaf()), TypeError, "Empty.apply: the class has no static forward(ctx, …); expected forward and backward. Define both as static methods."],
  ["a function without backward", () => broken({ backward: undefined }).apply(leaf()), TypeError, "Broken.apply: the class has no static backward(ctx, …); expected forward and backward. Define both as static methods."],
  ["a forward that gives a number", () => broken({ forward: () => 1 }).apply(leaf()), TypeError, "Broken.forward returned 1; expected a Tensor."],
  ["a forward that gives a promise", () => broken({ forward: () => Promise.resolve(leaf()) }).apply(leaf()), TypeError, "Broken.forward returned a Promise; expected a Tensor."],
  ["a backward that gives nothing", () => broken({ backward: () => undefined }).apply(leaf()).sum().backward(), StateError, "Broken.backward returned undefined; expected an array with one gradient per argument of apply: 1."],
  ["a backward that gives too many", () => broken({ backward: (_: unknown, g: Tensor) => [g, g] }).apply(leaf()).sum().backward(), StateError, "Broken.backward returned 2 gradients; expected an array with one gradient per argument of apply: 1."],
  ["a backward that gives a number", () => broken({ backward: () => [1] }).apply(leaf()).sum().backward(), TypeError, "Broken.backward returned 1 for argument 0; expected a Tensor or null."],
  ["a backward that gives another shape", () => broken({ backward: (_: unknown, g: Tensor) => [g.sum()] }).apply(leaf()).sum().backward(), ShapeError, "backward of Broken: the gradient of input 0 has shape []; expected [3]."],
  ["a backward that gives the gradient of a number", () => broken({
    forward: (_: unknown, n: number, x: Tensor) => x.mul(n),
    backward: (_: unknown, g: Tensor) => [g, null],
  }).apply(2, leaf()).sum().backward(), TypeError, "Broken.backward returned a gradient for argument 0, which is 2; expected null there. Return the gradients in the order of apply's arguments."],
  ["saveForBackward of a number", () => broken({ forward: (ctx: FunctionContext, x: Tensor) => { ctx.saveForBackward(1 as never); return x; } }).apply(leaf()), TypeError, "Broken: saveForBackward got 1 in place 0; expected tensors. Keep other values as properties of ctx."],
  ["saveForBackward twice", () => broken({ forward: (ctx: FunctionContext, x: Tensor) => { ctx.saveForBackward(x); ctx.saveForBackward(x); return x; } }).apply(leaf()), StateError, "Broken: saveForBackward was called twice; give it all tensors at once."],
  ["a backward inside a backward", () => broken({ backward: (_: unknown, g: Tensor) => { leaf().mul(3).sum().backward(); return [g]; } }).apply(leaf()).sum().backward(), StateError, "backward: it was called within the backward of an operation, where nothing is recorded; expected gradients computed by operations alone. Write the derivative out, or call backward() after this pass."],
];
