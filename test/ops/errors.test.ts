/** What operations say to arguments that do not fit. */

import { beforeAll, expect, it } from "vitest";
import { ShapeError } from "../../src/errors.js";
import { init } from "../../src/kernels/select.js";
import { batchNorm, batchStatistics } from "../../src/ops/batch-norm.js";
import { conv1d, conv2d } from "../../src/ops/convolution.js";
import { crossEntropy } from "../../src/ops/cross-entropy.js";
import "../../src/ops/install.js";
import { linear } from "../../src/ops/matmul.js";
import { avgPool1d, avgPool2d, maxPool1d, maxPool2d } from "../../src/ops/pooling.js";
import { repeat, stack } from "../../src/ops/slice.js";
import { heaviside } from "../../src/ops/unary.js";
import { ones, zeros, type Tensor } from "../../src/tensor/tensor.js";
import { describeBackends } from "../backends.js";

type Kind = new (...args: never[]) => Error;
type Row = [string, () => unknown, Kind, string];

/** A value of the wrong kind, as JavaScript lets through. */
const wrong = <T>(value: unknown): T => value as T;
const noTensor = (where: string): string => `${where}: an argument is`;

const rows: Row[] = [
  ["add of shapes", () => ones([2, 3]).add(ones([2])), ShapeError, "add: [2, 3] and [2] do not broadcast; expected each pair of trailing dimensions to be equal or 1. Reshape one of them."],
  ["sub of shapes", () => ones([4]).sub(ones([3])), ShapeError, "sub: [4] and [3] do not broadcast;"],
  ["mul of shapes", () => ones([0]).mul(ones([3])), ShapeError, "mul: [0] and [3] do not broadcast;"],
  ["div of shapes", () => ones([2, 2]).div(ones([3, 1, 3])), ShapeError, "div: [2, 2] and [3, 1, 3] do not broadcast;"],
  ["add of a string", () => ones([2]).add(wrong("1")), TypeError, "add: the operand is"],
  ["mul of nothing", () => ones([2]).mul(wrong(undefined)), TypeError, "mul: the operand is undefined; expected a Tensor or a number."],
  ["sub of null", () => ones([2]).sub(wrong(null)), TypeError, "sub: the operand is null; expected a Tensor or a number."],
  ["div of an array", () => ones([2]).div(wrong([1, 2])), TypeError, "div: the operand is"],
  ["nine axes", () => ones([2, 1, 2, 1, 2, 1, 2, 1, 2]).add(ones([1, 2, 1, 2, 1, 2, 1, 2, 1])), RangeError, "a tensor operation over 9 axes; expected at most 8. Reshape it first."],

  ["matmul of shapes", () => ones([2, 3]).matmul(ones([2, 3])), ShapeError, "matmul: [2, 3] by [2, 3]; expected [m, k] by [k, n]."],
  ["matmul of ranks", () => ones([2, 3]).matmul(ones([3])), ShapeError, "matmul: [2, 3] by [3]; expected [m, k] by [k, n]."],
  ["matmul of a number", () => ones([2, 3]).matmul(wrong(3)), TypeError, noTensor("matmul")],
  ["matmul of null", () => ones([2, 3]).matmul(wrong(null)), TypeError, noTensor("matmul")],
  ["linear features", () => linear(ones([5, 3]), ones([4, 2]), null), ShapeError, "linear: x is [5, 3]; expected [..., 4], as the weight is [4, 2]."],
  ["linear without features", () => linear(ones([]), ones([4, 2]), null), ShapeError, "linear: x is []; expected [..., 4], as the weight is [4, 2]."],
  ["linear weight", () => linear(ones([5, 3]), ones([3, 2, 1]), null), ShapeError, "linear: the weight is [3, 2, 1]; expected [in, out]."],
  ["linear bias", () => linear(ones([5, 3]), ones([3, 2]), ones([3])), ShapeError, "linear: the bias is [3]; expected [2]."],
  ["linear bias of two axes", () => linear(ones([5, 3]), ones([3, 2]), ones([1, 2])), ShapeError, "linear: the bias is [1, 2]; expected [2]."],
  ["linear of an array", () => linear(wrong([1, 2, 3]), ones([3, 2]), null), TypeError, noTensor("linear")],

  ["sum axis", () => ones([2, 3]).sum(2), RangeError, "sum: axis 2 of a tensor with 2 axes; expected -2 to 1."],
  ["sum axis below", () => ones([2, 3]).sum(-3), RangeError, "sum: axis -3 of a tensor with 2 axes; expected -2 to 1."],
  ["sum half axis", () => ones([2, 3]).sum(0.5), RangeError, "sum: axis 0.5 of a tensor with 2 axes; expected -2 to 1."],
  ["sum axis of a scalar", () => ones([]).sum(0), RangeError, "sum: axis 0 of a tensor with 0 axes"],
  ["mean axis", () => ones([2, 3]).mean(5), RangeError, "mean: axis 5 of a tensor with 2 axes; expected -2 to 1."],

  ["reshape size", () => ones([2, 3]).reshape([4]), ShapeError, "reshape: [2, 3] to [4]; expected a shape with 6 elements."],
  ["reshape rest", () => ones([2, 3]).reshape([4, -1]), ShapeError, "reshape: [2, 3] to [4, -1]; expected a shape with 6 elements."],
  ["reshape two rests", () => ones([2, 3]).reshape([-1, -1]), ShapeError, "reshape: [2, 3] to [-1, -1]; expected a shape with 6 elements."],
  ["reshape negative", () => ones([2, 3]).reshape([-2, -3]), ShapeError, "reshape: [2, 3] to [-2, -3]; expected a shape with 6 elements."],
  ["reshape rest of nothing", () => zeros([0]).reshape([0, -1]), ShapeError, "reshape: [0] to [0, -1]; expected a shape with 0 elements."],
  ["reshape halves", () => ones([2, 3]).reshape([1.5, 4]), ShapeError, "reshape: [2, 3] to [1.5, 4]; expected a shape with 6 elements."],
  ["reshape number", () => ones([2, 3]).reshape(wrong(6)), TypeError, "reshape: the shape is 6; expected an array of dimensions like [2, -1]."],
  ["permute twice", () => ones([2, 3]).permute([0, 0]), RangeError, "permute: axes [0, 0]; expected each of 0 to 1 once."],
  ["permute too few", () => ones([2, 3]).permute([0]), RangeError, "permute: axes [0]; expected each of 0 to 1 once."],
  ["permute negative", () => ones([2, 3]).permute([-1, 0]), RangeError, "permute: axes [-1, 0]; expected each of 0 to 1 once."],
  ["permute nothing", () => ones([2, 3]).permute(wrong(undefined)), TypeError, "permute: axes are undefined; expected an array of axes like [1, 0]."],

  ["at above", () => ones([3, 2]).at(3), RangeError, "at: slice 3 of a tensor of shape [3, 2]; expected 0 to 2, or -3 to -1 from the end."],
  ["at below", () => ones([3, 2]).at(-4), RangeError, "at: slice -4 of a tensor of shape [3, 2]; expected 0 to 2, or -3 to -1 from the end."],
  ["at half", () => ones([3, 2]).at(0.5), RangeError, "at: slice 0.5 of a tensor of shape [3, 2]; expected 0 to 2, or -3 to -1 from the end."],
  ["at nothing", () => ones([3, 2]).at(wrong(undefined)), RangeError, "at: slice undefined of a tensor of shape [3, 2]; expected 0 to 2, or -3 to -1 from the end."],
  ["at of none", () => zeros([0, 2]).at(0), RangeError, "at: slice 0 of a tensor of shape [0, 2]; it has no slices."],
  ["at of a scalar", () => ones([]).at(0), ShapeError, "at: the tensor has shape []; expected at least one axis. Use item()."],
  ["stack of none", () => stack([]), ShapeError, "stack: got no tensors; expected an array"],
  ["stack of a tensor", () => stack(wrong(ones([2]))), Error, "stack: got "],
  ["stack of shapes", () => stack([ones([2]), ones([2]), ones([3])]), ShapeError, "stack: tensor 2 has shape [3]; expected [2], as tensor 0."],
  ["stack of numbers", () => stack(wrong([1, 2])), TypeError, noTensor("stack")],
  ["repeat -1", () => repeat(ones([2]), -1), RangeError, "repeat: T is -1; expected a whole number of at least 0."],
  ["repeat half", () => repeat(ones([2]), 1.5), RangeError, "repeat: T is 1.5; expected a whole number of at least 0."],
  ["heaviside of a number", () => heaviside(wrong(3)), TypeError, noTensor("heaviside")],

  ["conv2d channels", () => conv2d(ones([1, 4, 4, 3]), ones([3, 3, 2, 8]), null), ShapeError, "conv2d: x is [1, 4, 4, 3] and the weight [3, 3, 2, 8] with 1 groups; expected x [N, H, W, 2] and a weight [KH, KW, Cin/groups, Cout], channels last."],
  ["conv2d rank", () => conv2d(ones([4, 4, 2]), ones([3, 3, 2, 8]), null), ShapeError, "conv2d: x is [4, 4, 2] and the weight [3, 3, 2, 8] with 1 groups;"],
  ["conv2d weight rank", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3]), null), ShapeError, "conv2d: x is [1, 4, 4, 2] and the weight [3, 3] with 1 groups; expected x [N, H, W, Cin]"],
  ["conv2d groups", () => conv2d(ones([1, 4, 4, 4]), ones([3, 3, 2, 3]), null, { groups: 2 }), ShapeError, "with 2 groups;"],
  ["conv2d no groups", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3, 2, 2]), null, { groups: 0 }), RangeError, "conv2d: groups is 0; expected a whole number of at least 1."],
  ["conv2d kernel too large", () => conv2d(ones([1, 2, 2, 1]), ones([3, 3, 1, 1]), null), ShapeError, "conv2d: x is [1, 2, 2, 1] and the kernel 3 x 3 with padding 0, 0; expected the kernel to fit. Use a smaller kernel or more padding."],
  ["conv2d kernel of nothing", () => conv2d(ones([1, 2, 2, 1]), ones([0, 3, 1, 1]), null), ShapeError, "conv2d: the weight is [0, 3, 1, 1]; expected a kernel of at least 1 x 1."],
  ["conv2d bias", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3, 2, 8]), ones([2])), ShapeError, "conv2d: the bias is [2]; expected [8]."],
  ["conv2d stride 0", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3, 2, 8]), null, { stride: 0 }), RangeError, "conv2d: stride is 0; expected a whole number of at least 1."],
  ["conv2d stride of three", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3, 2, 8]), null, { stride: wrong([1, 1, 1]) }), RangeError, "conv2d: stride is"],
  ["conv2d padding -1", () => conv2d(ones([1, 4, 4, 2]), ones([3, 3, 2, 8]), null, { padding: [0, -1] }), RangeError, "conv2d: padding is -1; expected a whole number of at least 0."],
  ["conv2d of an array", () => conv2d(wrong([1]), ones([3, 3, 2, 8]), null), TypeError, noTensor("conv2d")],
  ["conv1d rank", () => conv1d(ones([1, 4, 4, 2]), ones([3, 2, 8]), null), ShapeError, "conv1d: x is [1, 4, 4, 2] and the weight [3, 2, 8]; expected x [N, S, Cin] and a weight [K, Cin/groups, Cout], channels last."],
  ["conv1d stride", () => conv1d(ones([1, 4, 2]), ones([3, 2, 8]), null, { stride: 0.5 }), RangeError, "conv1d: stride is 0.5; expected a whole number of at least 1."],
  ["conv1d padding", () => conv1d(ones([1, 4, 2]), ones([3, 2, 8]), null, { padding: -1 }), RangeError, "conv1d: padding is -1; expected a whole number of at least 0."],
  ["conv1d of null", () => conv1d(wrong(null), ones([3, 2, 8]), null), TypeError, noTensor("conv1d")],

  ["maxPool2d rank", () => maxPool2d(ones([4, 4, 2]), 2), ShapeError, "maxPool2d: x is [4, 4, 2]; expected [N, H, W, C], channels last."],
  ["maxPool2d too large", () => maxPool2d(ones([1, 2, 4, 1]), 3), ShapeError, "maxPool2d: x is [1, 2, 4, 1] and the window 3 x 3; expected the window to fit. Pool less or use a larger input."],
  ["maxPool2d kernel 0", () => maxPool2d(ones([1, 2, 4, 1]), 0), RangeError, "maxPool2d: kernel is 0; expected a whole number of at least 1."],
  ["maxPool2d stride", () => maxPool2d(ones([1, 4, 4, 1]), 2, { stride: 0 }), RangeError, "maxPool2d: stride is 0; expected a whole number of at least 1."],
  ["maxPool2d padding", () => maxPool2d(ones([1, 4, 4, 1]), 2, { padding: 2 }), RangeError, "maxPool2d: padding 2, 2 with a kernel of 2 x 2; expected at most half the kernel."],
  ["maxPool2d of a number", () => maxPool2d(wrong(1), 2), TypeError, noTensor("maxPool2d")],
  ["avgPool2d rank", () => avgPool2d(ones([4]), 2), ShapeError, "avgPool2d: x is [4]; expected [N, H, W, C], channels last."],
  ["avgPool2d padding", () => avgPool2d(ones([1, 4, 4, 1]), [2, 3], { padding: [1, 2] }), RangeError, "avgPool2d: padding 1, 2 with a kernel of 2 x 3; expected at most half the kernel."],
  ["maxPool1d rank", () => maxPool1d(ones([1, 4, 4, 2]), 2), ShapeError, "maxPool1d: x is [1, 4, 4, 2]; expected [N, S, C], channels last."],
  ["maxPool1d kernel", () => maxPool1d(ones([1, 4, 2]), 1.5), RangeError, "maxPool1d: kernel is 1.5; expected a whole number of at least 1."],
  ["maxPool1d of nothing", () => maxPool1d(wrong(undefined), 2), TypeError, noTensor("maxPool1d")],
  ["avgPool1d rank", () => avgPool1d(ones([4, 2]), 2), ShapeError, "avgPool1d: x is [4, 2]; expected [N, S, C], channels last."],

  ["batchNorm channels", () => batchNorm(ones([4, 3]), { mean: ones([2]), variance: ones([2]) }, ones([2]), ones([2]), 1e-5, false), ShapeError, "batchNorm: x is [4, 3]; expected [..., 2], channels last."],
  ["batchNorm rank", () => batchNorm(ones([3]), { mean: ones([3]), variance: ones([3]) }, ones([3]), ones([3]), 1e-5, false), ShapeError, "batchNorm: x is [3]; expected [..., 3], channels last."],
  ["batchNorm beta", () => batchNorm(ones([4, 3]), { mean: ones([3]), variance: ones([3]) }, ones([3]), ones([2]), 1e-5, false), ShapeError, "batchNorm: beta is [2]; expected [3]."],
  ["batchNorm variance", () => batchNorm(ones([4, 3]), { mean: ones([3]), variance: ones([1, 3]) }, ones([3]), ones([3]), 1e-5, false), ShapeError, "batchNorm: variance is [1, 3]; expected [3]."],
  ["batchStatistics of a scalar", () => batchStatistics(ones([])), ShapeError, "batchStatistics: x is []; expected [..., C], channels last."],

  ["crossEntropy rank", () => crossEntropy(ones([3]), [0]), ShapeError, "crossEntropy: logits are [3]; expected [N, classes] with at least one row."],
  ["crossEntropy of nothing", () => crossEntropy(zeros([0, 3]), []), ShapeError, "crossEntropy: logits are [0, 3]; expected [N, classes] with at least one row."],
  ["crossEntropy labels", () => crossEntropy(ones([2, 3]), [0]), ShapeError, "crossEntropy: 1 labels for logits [2, 3]; expected 2, one per row."],
  ["crossEntropy label above", () => crossEntropy(ones([2, 3]), [0, 3]), RangeError, "crossEntropy: label 1 is 3; expected a whole number from 0 to 2."],
  ["crossEntropy label below", () => crossEntropy(ones([2, 3]), Int32Array.of(-1, 0)), RangeError, "crossEntropy: label 0 is -1; expected a whole number from 0 to 2."],
  ["crossEntropy half a label", () => crossEntropy(ones([1, 3]), [0.5]), RangeError, "crossEntropy: label 0 is 0.5; expected a whole number from 0 to 2."],
  ["crossEntropy label as text", () => crossEntropy(ones([1, 3]), wrong(["1"])), RangeError, "crossEntropy: label 0 is"],
  ["crossEntropy without labels", () => crossEntropy(ones([1, 3]), wrong(undefined)), TypeError, "crossEntropy: labels are undefined; expected an Int32Array or an array with one class number per row."],
  ["crossEntropy of an array", () => crossEntropy(wrong([1, 2]), [0]), TypeError, noTensor("crossEntropy")],
]; // prettier-ignore

describeBackends("operations refuse", (backend) => {
  beforeAll(() => init({ backend }));

  it.each(rows)("%s", (_, use, kind, message) => {
    expect(use).toThrow(kind);
    expect(use).toThrow(message);
  });

  it("and go on working", () => {
    const y: Tensor = ones([2, 3]).matmul(ones([3, 2]));
    expect([...y.toArray()]).toEqual([3, 3, 3, 3]);
  });
});
