/** Layers as PyTorch defines them, channels first, in plain loops over nested indices: the other half of layout tests. */

/** Row-major [C, H, W]. */
export interface FeatureMap {
  readonly C: number;
  readonly H: number;
  readonly W: number;
  readonly data: readonly number[];
}

export interface Weights {
  readonly shape: readonly number[];
  readonly data: ArrayLike<number>;
}

/** From [H, W, C], as users of this library hold images. */
export function fromChannelsLast(H: number, W: number, C: number, data: ArrayLike<number>): FeatureMap {
  return mapOf(C, H, W, (c, h, w) => data[(h * W + w) * C + c]);
}

export function mapOf(
  C: number,
  H: number,
  W: number,
  value: (c: number, h: number, w: number) => number,
): FeatureMap {
  const data: number[] = [];
  for (let c = 0; c < C; c++)
    for (let h = 0; h < H; h++) for (let w = 0; w < W; w++) data.push(value(c, h, w));
  return { C, H, W, data };
}

export function at({ H, W, data }: FeatureMap, c: number, h: number, w: number): number {
  return data[(c * H + h) * W + w];
}

interface Window {
  stride?: readonly [number, number];
  padding?: readonly [number, number];
}

/** @param weight [out, in / groups, KH, KW] */
export function conv(
  x: FeatureMap,
  weight: Weights,
  bias: Weights | undefined,
  { stride: [SH, SW] = [1, 1], padding: [PH, PW] = [0, 0], groups = 1 }: Window & { groups?: number } = {},
): FeatureMap {
  const [out, perGroup, KH, KW] = weight.shape;
  const H = Math.floor((x.H + 2 * PH - KH) / SH) + 1;
  const W = Math.floor((x.W + 2 * PW - KW) / SW) + 1;
  return mapOf(out, H, W, (o, oh, ow) => {
    const group = Math.floor(o / (out / groups));
    let total = bias?.data[o] ?? 0;
    for (let i = 0; i < perGroup; i++)
      for (let kh = 0; kh < KH; kh++)
        for (let kw = 0; kw < KW; kw++) {
          const [h, w] = [oh * SH + kh - PH, ow * SW + kw - PW];
          if (h < 0 || h >= x.H || w < 0 || w >= x.W) continue;
          total += weight.data[((o * perGroup + i) * KH + kh) * KW + kw] * at(x, group * perGroup + i, h, w);
        }
    return total;
  });
}

/** Kernel = stride, no padding, what does not fit is dropped. */
export function pool(x: FeatureMap, [KH, KW]: readonly [number, number], how: "max" | "mean"): FeatureMap {
  return mapOf(x.C, Math.floor(x.H / KH), Math.floor(x.W / KW), (c, oh, ow) => {
    const values: number[] = [];
    for (let kh = 0; kh < KH; kh++)
      for (let kw = 0; kw < KW; kw++) values.push(at(x, c, oh * KH + kh, ow * KW + kw));
    return how === "max" ? Math.max(...values) : values.reduce((a, b) => a + b) / values.length;
  });
}

/** @param weight [out, in]; x flattened channels first */
export function fullyConnected(x: readonly number[], weight: Weights, bias: Weights): number[] {
  const [out, inputs] = weight.shape;
  return Array.from({ length: out }, (_, o) =>
    x.reduce((sum, value, i) => sum + weight.data[o * inputs + i] * value, bias.data[o]),
  );
}
