/**
 * The ATIF-u equations (atif-unroll.ts) with a threshold for each channel. A layer of one channel has one threshold, so the
 * kernel computes channel after channel: x [T, ..., C] is laid out as [C, T, ...], each channel's steps side by side.
 *
 * Outputs, potentials and dx have the bits of the layer with one threshold wherever all are alike; its dtheta is the sum of
 * those of the channels, added in another order.
 */

import { record } from "../autograd/node.js";
import { withPlan } from "../ops/plan.js";
import { ShapeError } from "../errors.js";
import { formatShape, sizeOf, stridesOf, type Shape } from "../shapes.js";
import { isPackable, packSpikes } from "../tensor/packed-spikes.js";
import { checkSameBackend, present } from "../tensor/same-backend.js";
import { Tensor } from "../tensor/tensor.js";
import type { AtifUnroll, ChannelThresholds } from "./threshold-shape.js";
import { initialState } from "./unrolled.js";

/** A tensor of the shape `to` with the elements of x, seen as `from`, in another order of its axes. */
function moved(x: Tensor, from: Shape, axes: readonly number[], to: Shape): Tensor {
  const strides = stridesOf(from);
  const y = Tensor.empty(to, x.backend);
  const shape = axes.map((axis) => from[axis]);
  withPlan(x.backend, shape, [axes.map((axis) => strides[axis])], (plan) => {
    x.backend.kernels.copyStrided(y.data, x.data, plan);
  });
  return y;
}

/** [C, T, n] of x [T, ..., C]; a state, or a still input, is that of one step. */
function apart(x: Tensor, T: number, C: number): Tensor {
  const n = x.size / (T * C);
  return moved(x, [T, n, C], [2, 0, 1], [C, T, n]);
}

/** Back from apart(). */
function together(x: Tensor, to: Shape): Tensor {
  return moved(x, x.shape, [1, 2, 0], to);
}

/** The part of one channel. */
function part({ data, shape: [C] }: Tensor, channel: number): Float32Array {
  const size = data.length / C;
  return data.subarray(channel * size, (channel + 1) * size);
}

function check(where: string, thresholds: number | undefined, x?: Shape): void {
  if (thresholds === undefined) {
    throw new TypeError(
      `${where}: thresholdShape is "channel", and channels is left out; expected how many there are. A network says so itself.`,
    );
  }
  if (x === undefined || x.at(-1) === thresholds) return;
  throw new ShapeError(
    `${where}: ${thresholds} channels have a threshold, and the input ${formatShape(x)} has ${x.at(-1) ?? 0}; ` +
      `expected as many, along its last axis.`,
  );
}

const unroll: AtifUnroll = (x, v0, theta, settings, vSeq, still) => {
  const { alpha, scaled, detachReset } = settings;
  check("atif", theta.size, x.shape);
  const { backend } = x;
  const { kernels } = checkSameBackend("atif", x, theta, ...present(v0));
  const C = theta.size;
  const T = still ?? x.shape[0];
  /** Steps of x. */
  const shown = still === null ? T : 1;
  const shape = still === null ? x.shape.slice(1) : x.shape;
  const n = sizeOf(shape) / C;
  const isStill = still !== null;
  const [xs, start] = [apart(x, shown, C), v0 && apart(v0, 1, C)];
  const [ys, vs] = [Tensor.empty([C, T, n], backend), Tensor.empty([C, 1, n], backend)];
  const states = vSeq && Tensor.empty([C, T, n], backend);
  for (let c = 0; c < C; c++) {
    kernels.atifForward(
      part(ys, c), part(vs, c), states && part(states, c), part(xs, c), start && part(start, c), part(theta, c),
      T, n, scaled, isStill,
    ); // prettier-ignore
  }
  if (vSeq !== null && states !== null) vSeq.data.set(together(states, vSeq.shape).data);
  const dense = together(ys, [T, ...shape]);
  const y = !scaled && isPackable(shape) ? packSpikes(dense, 1) : dense;
  const v = together(vs, shape);
  for (const each of [xs, start, ys, vs, states]) each?.dispose();
  const inputs = v0 === null ? [x, theta] : [x, theta, v0];
  record("atifChannels", inputs, [y, v], [x, theta, v0], ([gy, gv], { tensor, optional }) => {
    const [input, thetas, before] = [apart(tensor(0), shown, C), tensor(1), optional(2)];
    const from = before && apart(before, 1, C);
    const w = gy === null ? Tensor.full([C, T, n], 0, backend) : apart(gy, T, C);
    const [dx, dtheta] = [Tensor.empty([C, shown, n], backend), Tensor.empty(theta.shape, backend)];
    const dv = gv === null && v0 === null ? null : initialState([C, 1, n], gv && apart(gv, 1, C), x);
    for (let c = 0; c < C; c++) {
      kernels.atifBackward(
        part(dx, c), dv && part(dv, c), part(dtheta, c), part(w, c), part(input, c), from && part(from, c), part(thetas, c),
        T, n, alpha, scaled, detachReset, isStill,
      ); // prettier-ignore
    }
    return [together(dx, x.shape), dtheta, dv && together(dv, shape)];
  });
  return { y, v };
};

/** Installed by rareLayers(). */
export const perChannel: ChannelThresholds = {
  of({ channels }, sample, where) {
    const own = sample.at(-1) ?? 0;
    check(where, channels ?? own, sample);
    return { channels: own };
  },
  check,
  unroll,
};
