/** Wrong inputs to layers, models and state dicts. */

import { OutOfMemoryError, ShapeError, StateError } from "../../../src/index.js";
import {
  ATIF, AvgPool2d, BatchNorm1d, BatchNorm2d, Conv1d, Conv2d, createModel, Dropout, Flatten, GlobalSumPool, IFSRL, Linear,
  MaxPool1d, MaxPool2d, Module, ones, Parameter, SCNN, Sequential, SGD, SMLP, tensor, zeros,
  type Tensor,
} from "../../../src/index.js"; // prettier-ignore
import type { Row } from "../row.js";

const smlp = (changes: object = {}): SMLP =>
  new SMLP({
    inputShape: [4],
    outputShape: [3],
    units: [5],
    timesteps: 2,
    neuron: { kind: "ATIF" },
    ...changes,
  });

const scnn = (changes: object = {}): SCNN =>
  new SCNN({
    inputShape: [8, 8, 1],
    outputShape: [3],
    filters: [2],
    kernelSizes: [3],
    paddings: [1],
    strides: [1],
    poolSizes: [2],
    fcUnits: [4],
    neuron: { kind: "ATIF" },
    ...changes,
  });

class Net extends Module {
  constructor(build: (net: Net) => void) {
    super();
    build(this);
  }

  add(name: string, child: unknown): void {
    this.registerChild(name, child as Module);
  }

  learn(name: string, parameter: unknown): void {
    this.registerParameter(name, parameter as Parameter);
  }

  hold(field: string, value: unknown): void {
    Object.assign(this, { [field]: value });
  }

  forward(x: Tensor): Tensor {
    return x;
  }
}

const weight = { shape: [2, 2], data: [1, 2, 3, 4] };
const bias = { shape: [2], data: [1, 2] };
const load = (dict: unknown, options?: unknown): unknown =>
  new Linear(2, 2).loadStateDict(dict as never, options as never);

// prettier-ignore
export const networkRows: readonly Row[] = [
  ["Linear: nothing", () => new Linear(undefined as never, 2), TypeError, "Linear: inFeatures is undefined; expected a number. Give one: it has no default."],
  ["Linear: no outputs", () => new Linear(4, 0), RangeError, "Linear: outFeatures is 0; expected a whole number of at least 1."],
  ["Linear: inputs in quotes", () => new Linear("4" as never, 2), TypeError, 'Linear: inFeatures is "4"; expected a number. Write it without quotes.'],
  ["Linear: bias beside options", () => new Linear(4, 2, false as never), TypeError, "Linear: options are false; expected an object like { bias: … }."],
  ["Linear: bias null", () => new Linear(4, 2, { bias: null as never }), TypeError, "Linear: bias is null; expected true or false."],
  ["Linear: channels that do not divide", () => new Linear(4, 2, { flattenedChannels: 3 }), RangeError, "Linear: inFeatures is 4 with 3 flattened channels; expected a multiple."],
  ["Linear: other inputs", () => new Linear(2, 2).forward(ones([1, 3])), ShapeError, "linear: x is [1, 3]; expected [..., 2], as the weight is [2, 2]."],
  ["Linear: no tensor", () => new Linear(2, 2).forward([[1, 2]] as never), TypeError, "Linear: an argument is [[1, 2]]; expected a Tensor. Make one with tensor(data, shape)."],
  ["Conv2d: no kernel", () => new Conv2d(1, 2, 0), RangeError, "Conv2d: kernelSize is 0; expected a whole number of at least 1."],
  ["Conv2d: three kernel sizes", () => new Conv2d(1, 2, [3, 3, 3] as never), RangeError, "Conv2d: kernelSize is [3, 3, 3]; expected a number or two, [height, width]."],
  ["Conv2d: padding same", () => new Conv2d(1, 2, 3, { padding: "same" as never }), RangeError, 'Conv2d: padding is "same"; expected a number or two, [height, width].'],
  ["Conv2d: stride 0", () => new Conv2d(1, 2, 3, { stride: 0 }), RangeError, "Conv2d: stride is 0; expected a whole number of at least 1."],
  ["Conv2d: groups that do not divide", () => new Conv2d(3, 4, 3, { groups: 2 }), RangeError, "Conv2d: 2 groups of 3 in and 4 out channels; expected both to be multiples of the groups."],
  ["Conv2d: outputPadding", () => new Conv2d(1, 2, 3, { outputPadding: 2 } as never), TypeError, 'Conv2d: unknown option "outputPadding"; known options are stride, padding, dilation, groups, bias. Did you mean "padding"?'],
  ["Conv2d: dilation 0", () => new Conv2d(1, 2, 3, { dilation: 0 }), RangeError, "Conv2d: dilation is 0; expected a whole number of at least 1."],
  ["Conv2d: a dilated kernel that does not fit", () => new Conv2d(1, 2, 3, { dilation: 2 }).forward(ones([1, 4, 4, 1])), ShapeError, "conv2d: x is [1, 4, 4, 1] and the kernel 3 x 3 with dilation 2, 2 and padding 0, 0; expected the kernel to fit. Use less dilation, a smaller kernel or more padding."],
  ["Conv2d: dilated, of other channels", () => new Conv2d(2, 2, 3, { dilation: 2 }).forward(ones([1, 8, 8, 1])), ShapeError, "conv2d: x is [1, 8, 8, 1] and the weight [3, 3, 2, 2] with 1 groups; expected x [N, H, W, 2] and a weight [KH, KW, Cin/groups, Cout], channels last."],
  ["Conv2d: channels first", () => new Conv2d(1, 2, 3).forward(ones([1, 1, 8, 8])), ShapeError, "conv2d: x is [1, 1, 8, 8] and the weight [3, 3, 1, 2] with 1 groups; expected x [N, H, W, 1] and a weight [KH, KW, Cin/groups, Cout], channels last."],
  ["Conv2d: an input smaller than the kernel", () => new Conv2d(1, 2, 3).forward(ones([1, 2, 2, 1])), ShapeError, "conv2d: x is [1, 2, 2, 1] and the kernel 3 x 3 with padding 0, 0; expected the kernel to fit. Use a smaller kernel or more padding."],
  ["Conv1d: a pair of strides", () => new Conv1d(1, 2, 3, { stride: [1, 1] as never }), TypeError, "Conv1d: stride is [1, 1]; expected a number."],
  ["Conv1d: an input shorter than the kernel", () => new Conv1d(1, 2, 3).forward(ones([1, 2, 1])), ShapeError, "conv1d: x is [1, 2, 1] and the kernel 3 with padding 0; expected the kernel to fit. Use a smaller kernel or more padding."],
  ["BatchNorm1d: no features", () => new BatchNorm1d(0), RangeError, "BatchNorm1d: numFeatures is 0; expected a whole number of at least 1."],
  ["BatchNorm1d: eps 0", () => new BatchNorm1d(2, { eps: 0 }), RangeError, "BatchNorm1d: eps is 0; expected a number above 0."],
  ["BatchNorm1d: eps that vanishes in float32", () => new BatchNorm1d(2, { eps: 1e-60 }), RangeError, "BatchNorm1d: eps is 1e-60; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units."],
  ["BatchNorm2d: momentum 2", () => new BatchNorm2d(2, { momentum: 2 }), RangeError, "BatchNorm2d: momentum is 2; expected a number from 0 to 1."],
  ["BatchNorm2d: affine", () => new BatchNorm2d(2, { affine: false } as never), TypeError, 'BatchNorm2d: unknown option "affine"; known options are eps, momentum.'],
  ["BatchNorm2d: other channels", () => new BatchNorm2d(2).forward(ones([1, 2, 2, 3])), ShapeError, "BatchNorm2d: x is [1, 2, 2, 3]; expected [N, H, W, 2], channels last."],
  ["BatchNorm1d: a batch of one", () => new BatchNorm1d(2).forward(ones([1, 2])), ShapeError, "BatchNorm1d: x is [1, 2] in training; expected more than one value per channel. Use a larger batch, or eval()."],
  ["MaxPool2d: stride as second argument", () => new MaxPool2d(2, 2 as never), TypeError, "MaxPool2d: options are 2; expected an object like { stride: … }."],
  ["MaxPool2d: stride 0", () => new MaxPool2d(2, { stride: 0 }), RangeError, "MaxPool2d: stride is 0; expected a whole number of at least 1."],
  ["AvgPool2d: padding beyond the kernel", () => new AvgPool2d(2, { padding: 2 }), RangeError, "AvgPool2d: padding 2, 2 with a kernel of 2 x 2; expected at most half the kernel."],
  ["MaxPool2d: a window that does not fit", () => new MaxPool2d(3).forward(ones([1, 2, 2, 1])), ShapeError, "maxPool2d: x is [1, 2, 2, 1] and the window 3 x 3; expected the window to fit. Pool less or use a larger input."],
  ["MaxPool1d: a window that does not fit", () => new MaxPool1d(3).forward(ones([1, 2, 1])), ShapeError, "maxPool1d: x is [1, 2, 1] and the window 3; expected the window to fit. Pool less or use a longer input."],
  ["Flatten: a start", () => new Flatten(1 as never), TypeError, "Flatten: options are 1; expected an object like { order: … }."],
  ["Flatten: no batch axis", () => new Flatten().forward(ones([4])), ShapeError, "Flatten: x is [4]; expected [N, ...]."],
  ["GlobalSumPool: one axis", () => new GlobalSumPool().forward(ones([2])), ShapeError, "GlobalSumPool: x is [2]; expected [N, ..., C], channels last."],
  ["Dropout: p 1", () => new Dropout(1), RangeError, "Dropout: p is 1; expected less: nothing would be left."],
  ["Dropout: p NaN", () => new Dropout(NaN), RangeError, "Dropout: p is NaN; expected a finite number. Look at the computation that gave it."],
  ["Dropout: options", () => new Dropout({ p: 0.5 } as never), TypeError, "Dropout: p is an object; expected a number."],
  ["Dropout: another batch without reset", () => { const d = new Dropout(); d.forward(ones([2, 2])); d.forward(ones([3, 2])); }, ShapeError, "Dropout: x is [3, 2] per time step but the mask is [2, 2], from another input; call reset() on the layer or the model before a new batch."],
  ["a layer in step mode m without a time axis", () => { const l = new Linear(2, 2); l.stepMode = "m"; l.forward(ones([2])); }, ShapeError, "Linear: x is [2] in step mode 'm'; expected [T, N, ...]."],
  ["Sequential: a number", () => new Sequential(5 as never), TypeError, "Sequential: got 5; expected layers, as in new Sequential(new Linear(64, 10), new ATIF())."],
  ["Sequential: a function", () => new Sequential(((x: Tensor) => x) as never), TypeError, "Sequential: got a function; expected layers, as in new Sequential(new Linear(64, 10), new ATIF())."],
  ["Sequential: a class", () => new Sequential(Linear as never), TypeError, "Sequential: got a function; expected layers, as in new Sequential(new Linear(64, 10), new ATIF())."],
  ["Sequential: no layer among layers", () => new Sequential(new Linear(2, 2), null as never), TypeError, "Sequential: layer 1 is null; expected a Module with a forward method, such as new Linear(64, 10)."],
  ["Sequential: a name with a dot", () => new Sequential({ "a.b": new Linear(2, 2) }), TypeError, 'Sequential.registerChild: the name is "a.b"; expected a string without a dot, which separates names in state dicts.'],
  ["Sequential: numbers among words", () => new Sequential({ first: new Flatten(), 1: new Flatten() }), RangeError, "Sequential: the names 1, first mix whole numbers with words, and JavaScript puts the numbers first; expected words, such as layer1."],
  ["Sequential: one neuron in two places", () => { const n = new ATIF(); return new Sequential(new Linear(2, 2), n, new Linear(2, 2), n); }, RangeError, "Sequential: layer 3 is the same ATIF as layer 1, and would go on with its state; expected a layer of its own. Make a new one for each place."],
  ["Sequential: nothing to forward", () => new Sequential().forward(undefined as never), TypeError, "Sequential: an argument is undefined; expected a Tensor. Make one with tensor(data, shape)."],
  ["Module: a field that is not registered", () => new Net((net) => net.hold("fc", new Linear(2, 2))).parameters(), StateError, 'Net: the field "fc" holds a Linear that is not registered, so it would not be trained or saved; expected this.registerChild(name, …) in the constructor.'],
  ["Module: a list of layers", () => new Net((net) => net.hold("layers", [new Linear(2, 2)])).parameters(), StateError, 'Net: the field "layers" holds a Linear that is not registered, so it would not be trained or saved; expected this.registerChild(name, …) in the constructor.'],
  ["Module: a parameter that is not registered", () => new Net((net) => net.hold("scale", new Parameter(ones([1])))).stateDict(), StateError, 'Net: the field "scale" holds a Parameter that is not registered, so it would not be trained or saved; expected this.registerParameter(name, …) in the constructor.'],
  ["Module: a child that is none", () => new Net((net) => net.add("fc", 5)), TypeError, 'Net.registerChild: "fc" is 5; expected a Module with a forward method.'],
  ["Module: a name twice", () => new Net((net) => { net.add("a", new Flatten()); net.add("a", new Flatten()); }), RangeError, 'Net.registerChild: the name "a" is taken; expected another. Rename one of the two.'],
  ["Module: itself as a child", () => new Net((net) => net.add("me", net)), RangeError, 'Net.registerChild: "me" contains this module; expected a tree. Build a new one.'],
  ["Module: a tensor as parameter", () => new Net((net) => net.learn("w", ones([1]))), TypeError, 'Net.registerParameter: "w" is a Tensor; expected a Parameter. Make one with new Parameter(tensor).'],
  ["Module: train in words", () => new Linear(2, 2).train("yes" as never), TypeError, 'Linear.train: mode is "yes"; expected true or false.'],

  ["SMLP: nothing", () => new SMLP(undefined as never), TypeError, "SMLP: no options were given; expected an object like { inputShape: … }."],
  ["SMLP: no time steps", () => smlp({ timesteps: 0 }), RangeError, "SMLP: timesteps is 0; expected a whole number of at least 1."],
  ["SMLP: half a time step", () => smlp({ timesteps: 1.5 }), RangeError, "SMLP: timesteps is 1.5; expected a whole number of at least 1."],
  ["SMLP: time steps left out", () => smlp({ timesteps: undefined }), TypeError, "SMLP: timesteps is undefined; expected a number. Give one: it has no default."],
  ["SMLP: time steps without end", () => smlp({ timesteps: 1e15 }), RangeError, "SMLP: timesteps is 1000000000000000; expected at most 65536. Use stream() for longer signals."],
  ["SMLP: time steps set to 0", () => { smlp().timesteps = 0; }, RangeError, "SMLP: timesteps is 0; expected a whole number of at least 1."],
  ["SMLP: units a number", () => smlp({ units: 5 }), TypeError, "SMLP: units is 5; expected an array."],
  ["SMLP: a layer without units", () => smlp({ units: [5, 0] }), RangeError, "SMLP: units[1] is 0; expected a whole number of at least 1."],
  ["SMLP: a hole in units", () => smlp({ units: [, 5] }), TypeError, "SMLP: units[0] is undefined; expected a number. Give one: it has no default."],
  ["SMLP: inputShape a number", () => smlp({ inputShape: 4 }), TypeError, "SMLP: inputShape is 4; expected an array such as [8, 8, 1]."],
  ["SMLP: inputShape empty", () => smlp({ inputShape: [] }), TypeError, "SMLP: inputShape is []; expected an array such as [8, 8, 1]."],
  ["SMLP: outputShape with two axes", () => smlp({ outputShape: [2, 3] }), RangeError, "SMLP: outputShape is [2, 3]; expected [classes], one number."],
  ["SMLP: Python's input_shape", () => smlp({ input_shape: [4] }), TypeError, 'SMLP: unknown option "input_shape"; known options are inputShape, outputShape, units, timesteps, neuron, stepMode. Did you mean "inputShape"?'],
  ["SMLP: unknown neuron", () => smlp({ neuron: { kind: "ATFI" } }), RangeError, 'neuron.kind is "ATFI"; expected one of "ATIF", "IFSRL", "IFNode", "LIFNode", "ParametricLIFNode". Did you mean "ATIF"?'],
  ["SMLP: no neuron", () => smlp({ neuron: undefined }), TypeError, "neuron is undefined; expected { kind, params }, with a kind of ATIF, IFSRL, IFNode, LIFNode, ParametricLIFNode."],
  ["SMLP: a neuron with a wrong option", () => smlp({ neuron: { kind: "ATIF", params: { vReset: 0 } } }), TypeError, 'ATIF: unknown option "vReset"; known options are vThreshold, vthInitL, vthInitH, alpha, device, minThreshold, detachReset, backend, storeVSeq, thresholdShape, channels.'],
  ["SMLP: step mode in words", () => smlp({ stepMode: "multi" }), RangeError, 'SMLP: stepMode is "multi"; expected one of "s", "m".'],
  ["SCNN: nothing", () => new SCNN(undefined as never), TypeError, "SCNN: no options were given; expected an object like { inputShape: … }."],
  ["SCNN: filters a number", () => scnn({ filters: 2 }), TypeError, "SCNN: filters is 2; expected an array."],
  ["SCNN: a hole in filters", () => scnn({ filters: [,] }), TypeError, "SCNN: filters[0] is undefined; expected a number. Give one: it has no default."],
  ["SCNN: fewer kernels than filters", () => scnn({ filters: [2, 2] }), RangeError, "SCNN: kernelSizes has 1 entry; expected 2: one per entry of filters."],
  ["SCNN: a kernel in quotes", () => scnn({ kernelSizes: ["3"] }), RangeError, 'SCNN: kernelSizes[0] is "3"; expected a number or two, [height, width].'],
  ["SCNN: strides null", () => scnn({ strides: [null] }), RangeError, "SCNN: strides[0] is null; expected a number or two, [height, width]."],
  ["SCNN: padding same", () => scnn({ paddings: ["same"] }), RangeError, 'SCNN: paddings[0] is "same"; expected a number or two, [height, width].'],
  ["SCNN: pooling beyond the map", () => scnn({ poolSizes: [9] }), ShapeError, "SCNN: maxpool1 meets a map of [8, 8] and leaves nothing of it; expected windows that fit. Use smaller kernels or strides, less pooling, or more padding."],
  ["SCNN: half a pooling", () => scnn({ poolSizes: [[2, 0]] }), RangeError, "SCNN: poolSizes[0] is [2, 0]; expected two sizes of at least 1, or 0 for none."],
  ["SCNN: prepool 0", () => scnn({ prepool: 0 }), RangeError, "SCNN: prepool is 0; expected a whole number of at least 1."],
  ["SCNN: dropout above 1", () => scnn({ dropouts: 2 }), RangeError, "SCNN: dropouts is 2; expected a number of at least 0 and below 1."],
  ["SCNN: too few dropouts", () => scnn({ dropouts: [0.1] }), RangeError, "SCNN: dropouts has 1 entry; expected 2: one per entry of filters and fcUnits, or one number for all."],
  ["SCNN: dims 3", () => scnn({ dims: 3 }), RangeError, "SCNN: dims is 3; expected 1 or 2."],
  ["SCNN: inputShape without channels", () => scnn({ inputShape: [8, 8], dims: 2 }), RangeError, "SCNN: inputShape has 2 entries; expected 3: [H, W, C]."],
  ["SCNN: batchNorm in words", () => scnn({ batchNorm: "yes" }), TypeError, 'SCNN: batchNorm is "yes"; expected true or false.'],
  ["SCNN: Python's batch_norm", () => scnn({ batch_norm: true }), TypeError, 'SCNN: unknown option "batch_norm"; known options are inputShape, outputShape, filters, kernelSizes, paddings, strides, poolSizes, dropouts, fcUnits, separables, batchNorm, prepool, postpool, gsp, timesteps, neuron, stepMode, dims. Did you mean "batchNorm"?'],
  ["createModel: nothing", () => createModel(undefined as never), TypeError, "the architecture is undefined; expected { kind, options }, with a kind of SMLP, SCNN, SResNet, SResNetStride, GraphModel."],
  ["createModel: unknown kind", () => createModel({ kind: "scnn", options: {} }), RangeError, 'model kind is "scnn"; expected one of "SMLP", "SCNN", "SResNet", "SResNetStride", "GraphModel". Did you mean "SCNN"?'],
  ["createModel: no options", () => createModel({ kind: "SMLP" } as never), TypeError, "SMLP: no options were given; expected an object like { inputShape: … }."],

  ["run: nothing", () => smlp().run(undefined as never), TypeError, "SMLP.run: an argument is undefined; expected a Tensor. Make one with tensor(data, shape)."],
  ["run: an array", () => smlp().run([1, 2, 3, 4] as never), TypeError, "SMLP.run: an argument is [1, 2, 3, 4]; expected a Tensor. Make one with tensor(data, shape)."],
  ["run: other features", () => smlp().run(ones([1, 5])), ShapeError, "SMLP.run: x is [1, 5]; expected [N, 4], channels last."],
  ["run: no batch axis", () => smlp().run(ones([4])), ShapeError, "SMLP.run: x is [4]; expected [N, 4], channels last. One sample is a batch too: use x.reshape([1, 4])."],
  ["run: channels first", () => scnn().run(ones([2, 1, 8, 8])), ShapeError, "SCNN.run: x is [2, 1, 8, 8]; expected [N, 8, 8, 1], channels last. Its channels come first: use x.permute([0, 2, 3, 1])."],
  ["run: NaN in a sample", () => smlp().run(tensor([1, 1, 1, 1, 1, NaN, 1, 1], [2, 4])), RangeError, "SMLP.run: x holds NaN at element 5 of [2, 4]; expected finite numbers. Repair or leave out that sample."],
  ["run: an infinite input", () => scnn().run(ones([1, 8, 8, 1]).div(0)), RangeError, "SCNN.run: x holds Infinity at element 0 of [1, 8, 8, 1]; expected finite numbers. Repair or leave out that sample."],
  ["stream: step mode m", () => smlp({ stepMode: "m" }).stream(ones([1, 4])), RangeError, "stream: the model is in step mode 'm'; expected 's'. Make it with stepMode: 's', the weights are the same."],
  ["stream: another batch without reset", () => { const m = smlp(); m.stream(ones([1, 4])); m.stream(ones([2, 4])); }, ShapeError, "ATIF: x is [2, 5] per time step but the state v is [1, 5], from another input; expected the same shape. Call reset() on the layer or the model before a new batch."],
  ["forward: no time axis in step mode m", () => smlp({ stepMode: "m" }).forward(ones([1, 4])), ShapeError, "SMLP.forward: x is [1, 4]; expected [T, N, 4], channels last."],
  ["step mode changed in the middle of a sequence", () => { const m = smlp(); m.stream(ones([1, 4])); m.stepMode = "m"; m.forward(ones([2, 1, 4])); }, RangeError, "ATIF: stepMode is 'm'; expected 's'. Use MultiStepATIF for inputs [T, N, ...]. Make a model with stepMode 'm' from the start."],
  ["an optimizer step between forward and backward", () => {
    const layer = new Linear(3, 1);
    const optimizer = new SGD(layer.parameters(), { lr: 1 });
    const x = ones([1, 3], { requiresGrad: true });
    layer.forward(x).sum().backward();
    const y = layer.forward(x).sum();
    optimizer.step();
    y.backward();
  }, StateError, "backward of linear: a tensor it needs was changed in place after the forward pass (by an optimizer step, setCoeffs or loadStateDict); call backward() before changing it."],

  ["loadStateDict: nothing", () => load(undefined), TypeError, "loadStateDict: got undefined; expected an object of names to { shape, data }. Give it what stateDict() returns."],
  ["loadStateDict: a Map", () => load(new Map([["weight", weight]])), TypeError, "loadStateDict: got a Map; expected an object of names to { shape, data }. Give it what stateDict() returns."],
  ["loadStateDict: a promise", () => load(Promise.resolve({ weight, bias })), TypeError, "loadStateDict: got a Promise; expected an object of names to { shape, data }. Give it what stateDict() returns."],
  ["loadStateDict: a model", () => load(new Linear(2, 2)), TypeError, "loadStateDict: got a Linear; expected an object of names to { shape, data }. Give it what stateDict() returns."],
  ["loadStateDict: a missing name", () => load({ weight }), RangeError, "loadStateDict: missing bias; expected the names of this model. Check its layers, or pass { strict: false }."],
  ["loadStateDict: names of DataParallel", () => load({ "module.weight": weight, "module.bias": bias }), RangeError, "loadStateDict: missing weight, bias; unexpected module.weight, module.bias; expected the names of this model. Check its layers, or pass { strict: false }."],
  ["loadStateDict: another shape", () => load({ weight: { shape: [4], data: [1, 2, 3, 4] }, bias }), ShapeError, "loadStateDict: weight is [4] with 4 numbers; expected [2, 2]. Load the weights of a model with the same layers."],
  ["loadStateDict: too few numbers", () => load({ weight: { shape: [2, 2], data: [1, 2, 3] }, bias }), ShapeError, "loadStateDict: weight is [2, 2] with 3 numbers; expected [2, 2]. Load the weights of a model with the same layers."],
  ["loadStateDict: NaN", () => load({ weight: { shape: [2, 2], data: [1, NaN, 3, 4] }, bias }), RangeError, "loadStateDict: weight holds NaN at element 1; expected finite float32 numbers. The model may have diverged in training."],
  ["loadStateDict: numbers in quotes", () => load({ weight: { shape: [2, 2], data: ["1", 2, 3, 4] }, bias }), TypeError, 'loadStateDict: weight holds "1" at element 0; expected numbers. Use a Float32Array.'],
  ["loadStateDict: nested arrays", () => load({ weight: [[1, 2], [3, 4]], bias }), TypeError, "loadStateDict: weight is not an array with a shape; expected { shape: [...], data: Float32Array }."],
  ["loadStateDict: strict in words", () => load({ weight, bias }, { strict: "no" }), TypeError, 'loadStateDict: strict is "no"; expected true or false.'],
  ["loadStateDict: options null", () => load({ weight, bias }, null), TypeError, "loadStateDict: no options were given; expected an object like { strict: … }."],
  ["loadStateDict: of another model", () => smlp().loadStateDict(smlp({ units: [7] }).stateDict()), ShapeError, "loadStateDict: layers.fc1.weight is [7, 4] with 28 numbers; expected [5, 4]. Load the weights of a model with the same layers."],
  ["loadStateDict: of another kind", () => new ATIF().loadStateDict(new IFSRL().stateDict()), RangeError, "loadStateDict: missing v_threshold; unexpected vp_th; expected the names of this model. Check its layers, or pass { strict: false }."],
  ["loadStateDict: a negative threshold", () => new ATIF().loadStateDict({ v_threshold: { shape: [1], data: [-1] } }), RangeError, "loadStateDict: v_threshold is -1; expected a threshold above 0. Set minimum = null on the parameter to allow it."],
  ["loadStateDict: a negative variance", () => new BatchNorm1d(1).loadStateDict({ ...new BatchNorm1d(1).stateDict(), running_var: { shape: [1], data: [-1] } }), RangeError, "loadStateDict: running_var holds -1 at element 0; expected variances of at least 0."],

  ["memory: a layer of 4 TB", () => new Linear(1e6, 1e6), OutOfMemoryError, /4000000000000 bytes.*use a smaller batch/i],
  ["memory: a model of 40 GB", () => smlp({ units: [100_000, 100_000] }), OutOfMemoryError, /40000000000 bytes.*use a smaller batch/i],
  ["memory: a batch too large for the hidden layer", () => new Linear(1, 2 ** 20).forward(zeros([2 ** 11, 1])), OutOfMemoryError, /8589934592 bytes.*use a smaller batch/i],
];
