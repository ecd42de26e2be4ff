/** Wrong inputs to tensors and operations. */

import { OutOfMemoryError, ShapeError, StateError } from "../../../src/index.js";
import {
  crossEntropy, gradcheck, heaviside, init, mse, noGrad, ones, Parameter, repeat, scope, stack, tensor, Tensor, zeros,
} from "../../../src/index.js"; // prettier-ignore
import type { Row } from "../row.js";

type Loose = (...args: unknown[]) => unknown;

const leaf = (): Tensor => tensor([1, 2, 3], [3], { requiresGrad: true });
const disposed = (): Tensor => {
  const t = ones([2]);
  t.dispose();
  return t;
};

// prettier-ignore
export const tensorRows: readonly Row[] = [
  ["init: null", () => init(null as never), TypeError, "init: no options were given; expected an object like { backend: … }."],
  ["init: a name alone", () => init("wasm" as never), TypeError, 'init: options are "wasm"; expected an object like { backend: … }.'],
  ["init: no such backend", () => init({ backend: "wsam" as never }), RangeError, 'init: backend is "wsam"; expected one of "wasm", "reference". Did you mean "wasm"?'],
  ["init: no threads", () => init({ threads: 0 }), RangeError, "init: threads is 0; expected a whole number of at least 1."],
  ["init: threads in quotes", () => init({ threads: "2" as never }), TypeError, 'init: threads is "2"; expected a number. Write it without quotes.'],
  ["init: unknown option", () => init({ thread: 2 } as never), TypeError, 'init: unknown option "thread"; known options are backend, threads. Did you mean "threads"?'],

  ["tensor: nothing", () => tensor(undefined as never), TypeError, "tensor: data is undefined; expected an array of numbers. A single number is tensor([x], [])."],
  ["tensor: a number", () => tensor(5 as never), TypeError, "tensor: data is 5; expected an array of numbers. A single number is tensor([x], [])."],
  ["tensor: text", () => tensor("1,2" as never), TypeError, 'tensor: data is "1,2"; expected an array of numbers. A single number is tensor([x], []).'],
  ["tensor: nested arrays", () => tensor([[1, 2], [3, 4]] as never, [2, 2]), TypeError, "tensor: element 0 is an array; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
  ["tensor: numbers in quotes", () => tensor(["1", "2"] as never), TypeError, 'tensor: element 0 is "1"; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument.'],
  ["tensor: a hole", () => tensor([1, , 3] as never), TypeError, "tensor: element 1 is undefined; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
  ["tensor: null among numbers", () => tensor([1, null] as never), TypeError, "tensor: element 1 is null; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
  ["tensor: booleans", () => tensor([true] as never), TypeError, "tensor: element 0 is true; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
  ["tensor: big integers", () => tensor(new BigInt64Array(2) as never), TypeError, "tensor: element 0 is 0n; expected a number. Give all numbers in one flat array, row-major, and the shape as the second argument."],
  ["tensor: a buffer", () => tensor(new ArrayBuffer(8) as never), TypeError, "tensor: data is an ArrayBuffer; expected an array of numbers. A single number is tensor([x], [])."],
  ["tensor: a tensor", () => tensor(ones([2]) as never), TypeError, "tensor: data is a Tensor; expected an array of numbers. A single number is tensor([x], [])."],
  ["tensor: a length below 0", () => tensor({ length: -1 }, []), RangeError, "tensor: the length of data is -1; expected a whole number of at least 0."],
  ["tensor: a length in quotes", () => tensor({ length: "2", 0: 1, 1: 2 } as never, [2]), TypeError, 'tensor: the length of data is "2"; expected a number. Write it without quotes.'],
  ["tensor: too few numbers", () => tensor([1, 2, 3], [2, 2]), ShapeError, "tensor: 3 numbers for the shape [2, 2]; expected 4. Give one number per element."],
  ["tensor: an open dimension", () => tensor([1, 2], [-1]), ShapeError, "shape [-1] has the dimension -1; expected whole numbers of at least 0. Only reshape() can work one out from -1."],
  ["tensor: a dimension NaN", () => tensor([1], [NaN]), ShapeError, "shape [NaN] has the dimension NaN; expected whole numbers of at least 0."],
  ["tensor: half a dimension", () => tensor([1], [0.5]), ShapeError, "shape [0.5] has the dimension 0.5; expected whole numbers of at least 0."],
  ["tensor: a dimension in quotes", () => tensor([1, 2], ["2"] as never), ShapeError, 'shape ["2"] has the dimension "2"; expected whole numbers of at least 0.'],
  ["tensor: a shape that is a number", () => tensor([1, 2], 2 as never), TypeError, "a shape is 2; expected an array of dimensions like [2, 3]."],
  ["tensor: a shape that is a typed array", () => tensor([1, 2], Int32Array.of(2) as never), TypeError, "a shape is an Int32Array of 1; expected an array of dimensions like [2, 3]."],
  ["tensor: PyTorch's option", () => tensor([1], [1], { requires_grad: true } as never), TypeError, 'tensor: unknown option "requires_grad"; known options are requiresGrad. Did you mean "requiresGrad"?'],
  ["tensor: true as options", () => tensor([1], [1], true as never), TypeError, "tensor: options are true; expected an object like { requiresGrad: … }."],
  ["tensor: requiresGrad in words", () => tensor([1], [1], { requiresGrad: "yes" as never }), TypeError, 'requiresGrad is "yes"; expected true or false.'],
  ["zeros: dimensions one by one", () => zeros(2 as never, 3 as never), TypeError, "a shape is 2; expected an array of dimensions like [2, 3]."],
  ["zeros: a nested shape", () => zeros([[2]] as never), ShapeError, "shape [[2]] has the dimension [2]; expected whole numbers of at least 0."],
  ["zeros: a negative dimension", () => zeros([2, -1]), ShapeError, "shape [2, -1] has the dimension -1; expected whole numbers of at least 0. Only reshape() can work one out from -1."],
  ["zeros: more elements than can be counted", () => zeros([1e9, 1e9]), ShapeError, "shape [1000000000, 1000000000] has too many elements. Expected fewer than 2^53 in all; use smaller dimensions."],
  ["new Tensor: from numbers", () => new Tensor([1, 2] as never, [2]), TypeError, "Tensor: the storage is [1, 2]; expected memory of a backend. Make tensors with tensor(data, shape)."],
  ["new Parameter: from numbers", () => new Parameter([1] as never), TypeError, "Parameter: the values are [1]; expected a Tensor, such as tensor(data, shape)."],
  ["new Parameter: a minimum NaN", () => new Parameter(ones([1]), { minimum: NaN }), RangeError, "Parameter: minimum is NaN; expected a finite number. Look at the computation that gave it."],
  ["new Parameter: unknown option", () => new Parameter(ones([1]), { decay: false } as never), TypeError, 'Parameter: unknown option "decay"; known options are decays, minimum. Did you mean "decays"?'],
  ["stack: two arguments", () => (stack as Loose)(ones([1]), ones([1])), ShapeError, "stack: got a Tensor; expected an array of at least one tensor."],
  ["stack: nothing", () => stack([]), ShapeError, "stack: got no tensors; expected an array of at least one tensor."],
  ["stack: numbers", () => stack([1, 2] as never), TypeError, "stack: an argument is 1; expected a Tensor. Make one with tensor(data, shape)."],
  ["stack: unlike shapes", () => stack([ones([1]), ones([2])]), ShapeError, "stack: tensor 1 has shape [2]; expected [1], as tensor 0. Reshape one of them."],
  ["repeat: fewer than none", () => repeat(ones([1]), -1), RangeError, "repeat: T is -1; expected a whole number of at least 0."],
  ["heaviside: a number", () => heaviside(3 as never), TypeError, "heaviside: an argument is 3; expected a Tensor. Make one with tensor(data, shape)."],

  ["at: beyond the end", () => ones([2]).at(2), RangeError, "at: slice 2 of a tensor of shape [2]; expected 0 to 1."],
  ["at: an index in quotes", () => ones([2]).at("0" as never), RangeError, 'at: slice "0" of a tensor of shape [2]; expected 0 to 1.'],
  ["at: a scalar", () => ones([]).at(0), ShapeError, "at: the tensor has shape []; expected at least one axis. Use item()."],
  ["at: nothing to take", () => zeros([0, 2]).at(0), RangeError, "at: slice 0 of a tensor of shape [0, 2]; it has no slices."],
  ["add: null", () => ones([2]).add(null as never), TypeError, "add: the operand is null; expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["add: a number in quotes", () => ones([2]).add("1" as never), TypeError, 'add: the operand is "1"; expected a Tensor or a number. Make one with tensor(data, shape).'],
  ["add: an array", () => ones([2]).add([1, 2] as never), TypeError, "add: the operand is [1, 2]; expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["add: unlike shapes", () => ones([2]).add(ones([3])), ShapeError, "add: [2] and [3] do not broadcast; expected each pair of trailing dimensions to be equal or 1. Reshape one of them."],
  ["add: a big integer", () => ones([2]).add(1n as never), TypeError, "add: the operand is 1n; expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["sub: an object without prototype", () => ones([2]).sub(Object.create(null) as never), TypeError, "sub: the operand is an object; expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["mul: a symbol", () => ones([2]).mul(Symbol("x") as never), TypeError, "mul: the operand is Symbol(x); expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["mul: a Proxy of a tensor", () => ones([2]).mul(new Proxy(ones([2]), {})), TypeError, "mul: an argument is a Proxy of a Tensor or inherits from one; expected the Tensor itself. Unwrap it first."],
  ["mul: a method of a Proxy", () => new Proxy(ones([2]), {}).mul(2), TypeError, "mul: an argument is a Proxy of a Tensor or inherits from one; expected the Tensor itself. Unwrap it first."],
  ["div: a promise", () => ones([2]).div(Promise.resolve(2) as never), TypeError, "div: the operand is a Promise; expected a Tensor or a number. Make one with tensor(data, shape)."],
  ["the operator *", () => (ones([2]) as never) * 2, TypeError, "a Tensor of shape [2] stands where a number or a string is needed; expected a method, such as x.add(y), x.mul(2) or x.item()."],
  ["the operator >", () => (ones([2]) as never) > 0, TypeError, "a Tensor of shape [2] stands where a number or a string is needed; expected a method, such as x.add(y), x.mul(2) or x.item()."],
  ["too many axes that are repeated", () => ones([2, 1, 2, 1, 2, 1, 2, 1, 2, 1]).add(ones([1, 2, 1, 2, 1, 2, 1, 2, 1, 2])), RangeError, "a tensor operation over 10 axes; expected at most 8. Reshape it first."],
  ["matmul: inner dimensions", () => ones([2, 3]).matmul(ones([2, 3])), ShapeError, "matmul: [2, 3] by [2, 3]; expected [m, k] by [k, n]. Reshape or permute one of them."],
  ["matmul: vectors", () => ones([3]).matmul(ones([3])), ShapeError, "matmul: [3] by [3]; expected [m, k] by [k, n]. Reshape or permute one of them."],
  ["matmul: arrays", () => ones([2, 2]).matmul([[1, 2], [3, 4]] as never), TypeError, "matmul: an argument is [[1, 2], [3, 4]]; expected a Tensor. Make one with tensor(data, shape)."],
  ["sum: no such axis", () => ones([2]).sum(5), RangeError, "sum: axis 5 of a tensor with 1 axes; expected -1 to 0."],
  ["sum: axes", () => ones([2, 2]).sum([0] as never), RangeError, "sum: axis [0] of a tensor with 2 axes; expected -2 to 1."],
  ["sum: PyTorch's keyword", () => ones([2]).sum({ dim: 0 } as never), RangeError, "sum: axis an object of a tensor with 1 axes; expected -1 to 0."],
  ["mean: nothing", () => zeros([0]).mean(), ShapeError, "mean: the tensor has shape [0]; expected at least one element to average."],
  ["argmax: a scalar", () => ones([]).argmax(), ShapeError, "argmax: the tensor has shape []; expected a last axis of at least 1."],
  ["argmax: no such axis", () => ones([2]).argmax(1), RangeError, "argmax: axis 1 of a tensor with 1 axes; expected -1 to 0."],
  ["reshape: dimensions one by one", () => (ones([4]) as unknown as { reshape: Loose }).reshape(2, 2), TypeError, "reshape: the shape is 2; expected an array of dimensions like [2, -1]."],
  ["reshape: another size", () => ones([4]).reshape([3]), ShapeError, "reshape: [4] to [3]; expected a shape with 4 elements."],
  ["reshape: two open dimensions", () => ones([4]).reshape([-1, -1]), ShapeError, "reshape: [4] to [-1, -1]; expected a shape with 4 elements."],
  ["reshape: does not divide", () => ones([4]).reshape([3, -1]), ShapeError, "reshape: [4] to [3, -1]; expected a shape with 4 elements."],
  ["reshape: a hole", () => ones([1]).reshape([,] as never), ShapeError, "reshape: [1] to [undefined]; expected a shape with 1 elements."],
  ["permute: axes one by one", () => (ones([2, 3]) as unknown as { permute: Loose }).permute(1, 0), TypeError, "permute: axes are 1; expected an array of axes like [1, 0]."],
  ["permute: an axis twice", () => ones([2, 3]).permute([0, 0]), RangeError, "permute: axes [0, 0]; expected each of 0 to 1 once."],
  ["permute: big integers", () => ones([2, 3]).permute([1n, 0n] as never), RangeError, "permute: axes [1n, 0n]; expected each of 0 to 1 once."],
  ["item: many elements", () => ones([2]).item(), ShapeError, "item: the tensor has shape [2]; expected exactly one element. Use toArray()."],

  ["after dispose: arithmetic", () => disposed().add(1), StateError, "this tensor of shape [2] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside."],
  ["after dispose: toArray", () => disposed().toArray(), StateError, "this tensor of shape [2] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside."],
  ["after dispose: a view", () => disposed().reshape([1, 2]), StateError, "this tensor of shape [2] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside."],
  ["after a scope: what it did not return", () => {
    let kept: Tensor | null = null;
    scope(() => { kept = ones([2]); });
    return (kept as Tensor | null)?.add(1);
  }, StateError, "this tensor of shape [2] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside."],

  ["noGrad: nothing", () => noGrad(undefined as never), TypeError, "noGrad: the argument is undefined; expected a function, such as () => model.run(x)."],
  ["noGrad: a tensor", () => noGrad(ones([1]) as never), TypeError, "noGrad: the argument is a Tensor; expected a function, such as () => model.run(x)."],
  ["noGrad: asynchronous", () => noGrad(() => Promise.resolve(1)), StateError, "noGrad: the function returned a promise; expected a synchronous function. Await outside of it."],
  ["noGrad: asynchronous, and failing", () => noGrad(() => Promise.reject(new Error("unheard"))), StateError, "noGrad: the function returned a promise; expected a synchronous function. Await outside of it."],
  ["scope: nothing", () => scope(undefined as never), TypeError, "scope: the argument is undefined; expected a function, such as () => loss.backward()."],
  ["scope: asynchronous", () => scope(async () => { await Promise.resolve(); return ones([1]); }), StateError, "scope: the function returned a promise; expected a synchronous function. Await outside of it."],
  ["scope: a thenable", () => scope(() => ({ then: () => undefined })), StateError, "scope: the function returned a promise; expected a synchronous function. Await outside of it."],

  ["backward: nothing to learn", () => ones([1]).backward(), StateError, "backward: the tensor does not depend on anything that requires a gradient; expected a result computed from a parameter, outside noGrad()."],
  ["backward: many elements", () => leaf().mul(2).backward(), ShapeError, "backward: the tensor has shape [3]; expected one element, or a gradient of that shape as argument. Call sum() or mean() first."],
  ["backward: a number as gradient", () => leaf().mul(2).backward(1 as never), TypeError, "backward: the gradient is 1; expected a Tensor. Make one with tensor(data, shape)."],
  ["backward: a gradient of another shape", () => leaf().mul(2).backward(ones([2])), ShapeError, "backward: the gradient has shape [2]; expected [3]."],
  ["backward: true, to keep the graph", () => leaf().sum().backward(true as never), TypeError, "backward: the gradient is true; expected a Tensor. Make one with tensor(data, shape)."],
  ["backward: twice", () => { const y = leaf().mul(2).sum(); y.backward(); y.backward(); }, StateError, "backward through sum a second time: its graph was freed by the first backward() or by the end of a scope. Run the forward pass again; if a neuron carries state from before, call reset() or detach() on it first."],
  ["backward: a tensor disposed of", () => { const y = leaf().mul(2).sum(); y.dispose(); y.backward(); }, StateError, "this tensor of shape [] was disposed of (by dispose() or the end of a scope); return it from the scope to use it outside."],
  ["backward: under noGrad", () => noGrad(() => leaf().mul(2).sum()).backward(), StateError, "backward: the tensor does not depend on anything that requires a gradient; expected a result computed from a parameter, outside noGrad()."],
  ["grad: a number", () => { leaf().grad = 5 as never; }, TypeError, "grad: the gradient is 5; expected a Tensor. Make one with tensor(data, shape)."],
  ["grad: another shape", () => { leaf().grad = ones([2]); }, ShapeError, "grad: the gradient has shape [2]; expected [3]."],
  ["requiresGrad: text", () => { ones([1]).requiresGrad = "no" as never; }, TypeError, 'requiresGrad is "no"; expected true or false.'],
  ["requiresGrad: off for a result", () => { leaf().add(1).requiresGrad = false; }, StateError, "requiresGrad of a computed tensor cannot be turned off; use detach()."],
  ["gradcheck: no function", () => gradcheck(leaf() as never, [leaf()]), TypeError, "gradcheck: the first argument is a Tensor; expected a function, such as (x) => x.mul(x)."],
  ["gradcheck: inputs not in an array", () => gradcheck((x) => x, leaf() as never), TypeError, "gradcheck: the inputs are a Tensor; expected an array of tensors. Make those to be checked with requiresGrad."],
  ["gradcheck: no step", () => gradcheck((x) => x, [leaf()], { step: 0 }), RangeError, "gradcheck: step is 0; expected a number above 0."],
  ["gradcheck: a function that gives a number", () => gradcheck(() => 1 as never, [leaf()]), TypeError, "gradcheck: the function returned 1; expected a Tensor."],

  ["crossEntropy: arrays", () => crossEntropy([[1, 2]] as never, [0]), TypeError, "crossEntropy: an argument is [[1, 2]]; expected a Tensor. Make one with tensor(data, shape)."],
  ["crossEntropy: arguments swapped", () => crossEntropy([0] as never, ones([1, 3]) as never), TypeError, "crossEntropy: an argument is [0]; expected a Tensor. Make one with tensor(data, shape)."],
  ["crossEntropy: one axis", () => crossEntropy(ones([3]), [0]), ShapeError, "crossEntropy: logits are [3]; expected [N, classes] with at least one row."],
  ["crossEntropy: no rows", () => crossEntropy(zeros([0, 3]), []), ShapeError, "crossEntropy: logits are [0, 3]; expected [N, classes] with at least one row."],
  ["crossEntropy: no labels", () => crossEntropy(ones([1, 3]), undefined as never), TypeError, "crossEntropy: labels are undefined; expected an Int32Array or an array with one class number per row."],
  ["crossEntropy: a tensor of labels", () => crossEntropy(ones([1, 3]), tensor([0]) as never), TypeError, "crossEntropy: labels are a Tensor; expected an Int32Array or an array with one class number per row."],
  ["crossEntropy: more labels than rows", () => crossEntropy(ones([1, 3]), [0, 1]), ShapeError, "crossEntropy: 2 labels for logits [1, 3]; expected 1, one per row."],
  ["crossEntropy: no such class", () => crossEntropy(ones([1, 3]), [3]), RangeError, "crossEntropy: label 0 is 3; expected a whole number from 0 to 2."],
  ["crossEntropy: class -1", () => crossEntropy(ones([1, 3]), [-1]), RangeError, "crossEntropy: label 0 is -1; expected a whole number from 0 to 2."],
  ["crossEntropy: half a class", () => crossEntropy(ones([1, 3]), [0.5]), RangeError, "crossEntropy: label 0 is 0.5; expected a whole number from 0 to 2."],
  ["crossEntropy: one-hot labels", () => crossEntropy(ones([1, 3]), [[1, 0, 0]] as never), RangeError, "crossEntropy: label 0 is [1, 0, 0]; expected a whole number from 0 to 2."],
  ["crossEntropy: labels in quotes", () => crossEntropy(ones([1, 3]), ["0"] as never), RangeError, 'crossEntropy: label 0 is "0"; expected a whole number from 0 to 2.'],
  ["mse: unlike shapes", () => mse(ones([2, 1]), ones([2])), ShapeError, "mse: output is [2, 1] and target [2]; expected equal shapes."],
  ["mse: a number", () => mse(ones([2]), 1 as never), TypeError, "mse: an argument is 1; expected a Tensor. Make one with tensor(data, shape)."],
  ["mse: nothing", () => mse(zeros([0]), zeros([0])), ShapeError, "mean: the tensor has shape [0]; expected at least one element to average."],

  ["memory: a tensor of 40 GB", () => zeros([1e10]), OutOfMemoryError, /40000000000 bytes.*use a smaller batch/i],
  ["memory: repeated too often", () => repeat(ones([1]), 1e12), OutOfMemoryError, /4000000000000 bytes.*use a smaller batch/i],
  ["memory: a product of outer axes", () => ones([1e5, 1]).add(ones([1, 1e5])), OutOfMemoryError, /40000000000 bytes.*use a smaller batch/i],
];
