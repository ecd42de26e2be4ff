/** Max and average pooling in one and two dimensions, channels last. Windows that do not fit are dropped. */

import { record } from "../autograd/node.js";
import { checkInteger } from "../checks.js";
import { ShapeError } from "../errors.js";
import { formatShape } from "../shapes.js";
import { emptyBits, spikesOf, spikeTensor, type Spikes } from "../tensor/packed-spikes.js";
import { Storage } from "../tensor/storage.js";
import { Tensor } from "../tensor/tensor.js";
import { checkSameBackend } from "../tensor/same-backend.js";
import { dropHeight, flat } from "./convolution.js";
import { checkPair, windowCount, type Pair } from "../windows.js";
import { UnpooledGradient } from "../tensor/unpooled-gradient.js";

export interface Pool2dOptions {
  /** Default: the kernel. */
  stride?: Pair;
  /** At most half the kernel. */
  padding?: Pair;
}

export interface Pool1dOptions {
  stride?: number;
  padding?: number;
}

/**
 * y [N, OH, OW, C] = largest of each window of x [N, H, W, C]. The gradient goes to the first of equals, in
 * row-major order, as in PyTorch.
 *
 * @throws ShapeError if x is not [N, H, W, C] or no window fits
 */
export function maxPool2d(x: Tensor, kernel: Pair, options: Pool2dOptions = {}): Tensor {
  const windows = geometry("maxPool2d", x, kernel, options);
  const spikes = spikesOf(x);
  if (spikes !== null && spikes.scale > 0 && spikes.channels === windows.C)
    return maxPoolSpikes(x, spikes, windows);
  const { N, H, W, C, OH, OW, KH, KW, SH, SW, PH, PW } = windows;
  const { kernels } = x.backend;
  const y = Tensor.empty([N, OH, OW, C], x.backend);
  const index = Storage.int32(x.backend, y.size);
  kernels.maxPool2dForward(y.data, index.array, x.data, N, H, W, C, KH, KW, SH, SW, PH, PW);
  record("maxPool2d", [x], [y], [index], ([g], { indices }) => {
    if (g === null) return [];
    const dx = Tensor.empty(x.shape, g.backend);
    kernels.maxPool2dBackward(dx.data, g.data, indices(0), N, H, W, C, OH, OW);
    return [dx];
  });
  index.release();
  return y;
}

/** The largest of spikes and silence is a spike if there is one: the output is packed as well. */
function maxPoolSpikes(x: Tensor, { bits, scale }: Spikes, windows: ReturnType<typeof geometry>): Tensor {
  const { N, H, W, C, OH, OW, KH, KW, SH, SW, PH, PW } = windows;
  const shape = [N, OH, OW, C];
  const out = emptyBits(shape, x.backend);
  x.backend.kernels.packedMaxPool2dForward(out.array, bits, N, H, W, C, KH, KW, SH, SW, PH, PW);
  const y = spikeTensor(shape, out, scale);
  record("maxPool2d", [x], [y], [x], ([g], { tensor }) =>
    g === null ? [] : [UnpooledGradient.tensor(g, tensor(0), windows)],
  );
  return y;
}

/**
 * y [N, OH, OW, C] = mean of each window of x [N, H, W, C], padding counted as 0.
 *
 * @throws ShapeError if x is not [N, H, W, C] or no window fits
 */
export function avgPool2d(x: Tensor, kernel: Pair, options: Pool2dOptions = {}): Tensor {
  const { N, H, W, C, OH, OW, KH, KW, SH, SW, PH, PW } = geometry("avgPool2d", x, kernel, options);
  const { kernels } = x.backend;
  const y = Tensor.empty([N, OH, OW, C], x.backend);
  kernels.avgPool2dForward(y.data, x.data, N, H, W, C, KH, KW, SH, SW, PH, PW);
  record("avgPool2d", [x], [y], [], ([g]) => {
    if (g === null) return [];
    const dx = Tensor.empty(x.shape, g.backend);
    kernels.avgPool2dBackward(dx.data, g.data, N, H, W, C, KH, KW, SH, SW, PH, PW);
    return [dx];
  });
  return y;
}

/** x [N, S, C]. @throws ShapeError */
export function maxPool1d(x: Tensor, kernel: number, options: Pool1dOptions = {}): Tensor {
  return pool1d("maxPool1d", maxPool2d, x, kernel, options);
}

/** x [N, S, C]. @throws ShapeError */
export function avgPool1d(x: Tensor, kernel: number, options: Pool1dOptions = {}): Tensor {
  return pool1d("avgPool1d", avgPool2d, x, kernel, options);
}

function pool1d(
  where: string,
  pool2d: typeof maxPool2d,
  x: Tensor,
  kernel: number,
  { stride, padding }: Pool1dOptions,
): Tensor {
  checkSameBackend(where, x);
  checkInteger(`${where}: kernel`, kernel, 1);
  if (x.rank !== 3)
    throw new ShapeError(`${where}: x is ${formatShape(x.shape)}; expected [N, S, C], channels last.`);
  const step = checkInteger(`${where}: stride`, stride ?? kernel, 1);
  const pad = checkInteger(`${where}: padding`, padding ?? 0);
  if (windowCount(x.shape[1], kernel, step, pad) === 0) {
    throw new ShapeError(
      `${where}: x is ${formatShape(x.shape)} and the window ${kernel}; expected the window to fit. Pool less or use a longer input.`,
    );
  }
  return dropHeight(pool2d(flat(x), [1, kernel], { stride: [1, step], padding: [0, pad] }));
}

function geometry(where: string, x: Tensor, kernel: Pair, options: Pool2dOptions) {
  checkSameBackend(where, x);
  const [KH, KW] = checkPair(`${where}: kernel`, kernel, 1);
  const [SH, SW] = checkPair(`${where}: stride`, options.stride ?? kernel, 1);
  const [PH, PW] = checkPair(`${where}: padding`, options.padding ?? 0, 0);
  if (x.rank !== 4)
    throw new ShapeError(`${where}: x is ${formatShape(x.shape)}; expected [N, H, W, C], channels last.`);
  if (2 * PH > KH || 2 * PW > KW) {
    throw new RangeError(
      `${where}: padding ${PH}, ${PW} with a kernel of ${KH} x ${KW}; expected at most half the kernel.`,
    );
  }
  const [N, H, W, C] = x.shape;
  const [OH, OW] = [windowCount(H, KH, SH, PH), windowCount(W, KW, SW, PW)];
  if (OH === 0 || OW === 0) {
    throw new ShapeError(
      `${where}: x is ${formatShape(x.shape)} and the window ${KH} x ${KW}; expected the window to fit. Pool less or use a larger input.`,
    );
  }
  return { N, H, W, C, OH, OW, KH, KW, SH, SW, PH, PW };
}
