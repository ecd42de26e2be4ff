/** Matrix product, and the linear map y = x w + b that layers use. */

import { record } from "../autograd/node.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf, type Shape } from "../shapes.js";
import { withSpikeRows } from "../tensor/packed-spikes.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { withPlan } from "./plan.js";
import { sum } from "./reduce.js";

/** y [m, n] = a [m, k] b [k, n];  da = g b^T, db = a^T g. @throws ShapeError */
export function matmul(a: Tensor, b: Tensor): Tensor {
  checkSameBackend("matmul", a, b);
  if (a.rank !== 2 || b.rank !== 2 || a.shape[1] !== b.shape[0]) {
    throw new ShapeError(
      `matmul: ${formatShape(a.shape)} by ${formatShape(b.shape)}; expected [m, k] by [k, n]. Reshape or permute one of them.`,
    );
  }
  return linear(a, b, null);
}

/**
 * y [..., out] = x [..., in] w [in, out] + bias [out]
 *
 *   dx = g w^T,  dw = x^T g,  dbias = sum of g over rows
 *
 * @throws ShapeError
 */
export function linear(x: Tensor, w: Tensor, bias: Tensor | null): Tensor {
  const { kernels } = checkSameBackend("linear", x, w, ...present(bias));
  if (w.rank !== 2) {
    throw new ShapeError(`linear: the weight is ${formatShape(w.shape)}; expected [in, out].`);
  }
  const [features, outputs] = w.shape;
  if (x.rank < 1 || x.shape.at(-1) !== features) {
    throw new ShapeError(
      `linear: x is ${formatShape(x.shape)}; expected [..., ${features}], as the weight is [${features}, ${outputs}].`,
    );
  }
  if (bias !== null && (bias.rank !== 1 || bias.size !== outputs)) {
    throw new ShapeError(`linear: the bias is ${formatShape(bias.shape)}; expected [${outputs}].`);
  }
  const rows = sizeOf(x.shape.slice(0, -1));
  const y = Tensor.empty([...x.shape.slice(0, -1), outputs], x.backend);
  const gathered = withSpikeRows(x, ({ bits, scale }) => {
    kernels.packedLinearForward(y.data, bits, w.data, bias?.data ?? null, scale, rows, features, outputs);
    return true;
  });
  if (gathered === null) {
    if (bias !== null) {
      withPlan(x.backend, [rows, outputs], [[0, 1]], (plan) => kernels.copyStrided(y.data, bias.data, plan));
    }
    kernels.gemm(y.data, x.data, w.data, rows, outputs, features, false, false, bias !== null);
  }
  record("linear", bias === null ? [x, w] : [x, w, bias], [y], [x, w], ([g], { needs, tensor }) => {
    if (g === null) return [];
    let dx: Tensor | null = null;
    if (needs[0]) {
      dx = Tensor.empty(x.shape, g.backend);
      kernels.gemm(dx.data, g.data, tensor(1).data, rows, features, outputs, false, true, false);
    }
    let dw: Tensor | null = null;
    if (needs[1]) {
      dw = weightGrad(tensor(0), g, w.shape, rows);
    }
    return [dx, dw, needs[2] ? sum(g.reshape([rows, outputs]), 0) : null];
  });
  return y;
}

/** dw [in, out] = x^T g */
function weightGrad(x: Tensor, g: Tensor, shape: Shape, rows: number): Tensor {
  const { kernels } = g.backend;
  const [features, outputs] = shape;
  const dw = Tensor.empty(shape, g.backend);
  const gathered = withSpikeRows(x, ({ bits, scale }) => {
    kernels.packedLinearWeightGrad(dw.data, g.data, bits, scale, rows, features, outputs);
    return true;
  });
  if (gathered === null) kernels.gemm(dw.data, x.data, g.data, features, outputs, rows, true, false, false);
  return dw;
}
