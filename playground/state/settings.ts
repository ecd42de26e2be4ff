/**
 * What the sliders set: the network, its neurons and its training. A link carries them, so everything that is read
 * back is checked.
 */

export interface Settings {
  /** Of the digits that come with the page: whether they stand still, or move before a simulated event camera. */
  readonly data: "still" | "moving";
  /** Two convolutions before the hidden neurons, or hidden neurons only. */
  readonly network: "convolutions" | "dense";
  /** Channels of each convolution. */
  readonly channels: readonly [number, number];
  /** Neurons of the hidden layer, or of the first of two. */
  readonly hidden: number;
  /** Neurons of a second hidden layer of a dense network; 0: none. */
  readonly hidden2: number;
  readonly timesteps: number;
  /** theta of every layer starts at random between these. */
  readonly thetaLow: number;
  readonly thetaHigh: number;
  /** theta of every layer, which stays as it is; null: it is learned. */
  readonly fixedTheta: number | null;
  readonly alpha: number;
  readonly learningRate: number;
  readonly epochs: number;
  readonly batchSize: number;
  readonly seed: number;
}

export const defaultSettings: Settings = {
  data: "still",
  network: "convolutions",
  channels: [12, 24],
  hidden: 48,
  hidden2: 0,
  timesteps: 4,
  thetaLow: 0.8,
  thetaHigh: 1,
  fixedTheta: null,
  alpha: 1,
  learningRate: 0.008,
  epochs: 12,
  batchSize: 32,
  seed: 1,
};

/** What a slider allows. */
export interface Range {
  readonly low: number;
  readonly high: number;
  readonly step: number;
}

export type NumberSetting = Exclude<keyof Settings, "data" | "network" | "channels" | "fixedTheta">;

/** Whatever has a slider. */
export type RangedSetting = NumberSetting | "channels" | "theta";

export const ranges: { readonly [Name in RangedSetting]: Range } = {
  channels: { low: 1, high: 64, step: 1 },
  hidden: { low: 4, high: 512, step: 4 },
  hidden2: { low: 0, high: 512, step: 4 },
  timesteps: { low: 1, high: 16, step: 1 },
  thetaLow: { low: 0.05, high: 4, step: 0.05 },
  thetaHigh: { low: 0.05, high: 4, step: 0.05 },
  theta: { low: 0.05, high: 4, step: 0.05 },
  alpha: { low: 0.25, high: 8, step: 0.25 },
  learningRate: { low: 0.0001, high: 0.1, step: 0 },
  epochs: { low: 1, high: 100, step: 1 },
  batchSize: { low: 1, high: 256, step: 1 },
  seed: { low: 0, high: 9999, step: 1 },
};

const wholeNumbers: ReadonlySet<string> = new Set([
  "channels", "hidden", "hidden2", "timesteps", "epochs", "batchSize", "seed",
]); // prettier-ignore

/** The nearest value that is allowed; the fallback for what is no number. */
export function allowed(name: RangedSetting, value: number, fallback: number): number {
  if (!Number.isFinite(value)) return fallback;
  const { low, high } = ranges[name];
  const near = Math.min(high, Math.max(low, value));
  return wholeNumbers.has(name) ? Math.round(near) : near;
}

const names: Readonly<Record<NumberSetting, string>> = {
  hidden: "h",
  hidden2: "h2",
  timesteps: "T",
  thetaLow: "lo",
  thetaHigh: "hi",
  alpha: "a",
  learningRate: "lr",
  epochs: "e",
  batchSize: "b",
  seed: "s",
};

/** theta that stays as it is; addresses without it are of those that are learned. */
const FIXED = "fix";

/** As the part of an address after "#". */
export function settingsToHash(settings: Settings): string {
  const parts = new URLSearchParams({ net: settings.network, c: settings.channels.join("-") });
  for (const [name, short] of Object.entries(names))
    parts.set(short, String(settings[name as NumberSetting]));
  // Addresses of still digits, and of thresholds that are learned, are as they were before there were others.
  if (settings.data === "moving") parts.set("data", "moving");
  if (settings.fixedTheta !== null) parts.set(FIXED, String(settings.fixedTheta));
  return parts.toString();
}

/** An address that ends before the "#" is that of the page as it first is; null: it names a place on the page. */
export function settingsOfAddress(hash: string): Settings | null {
  return hash.replace(/^#/, "") === "" ? defaultSettings : settingsFromHash(hash);
}

/** null if the address carries no settings. Values out of range become the nearest one, others the default. */
export function settingsFromHash(hash: string): Settings | null {
  const parts = new URLSearchParams(hash.replace(/^#/, ""));
  if (!parts.has("net")) return null;
  const defaults = defaultSettings;
  const [first, second] = (parts.get("c") ?? "").split("-").map((text) => (text === "" ? NaN : Number(text)));
  const numbers = Object.fromEntries(
    Object.entries(names).map(([name, short]) => {
      const text = parts.get(short);
      const fallback = defaults[name as NumberSetting];
      return [
        name,
        allowed(name as NumberSetting, text === null || text === "" ? NaN : Number(text), fallback),
      ];
    }),
  ) as Record<NumberSetting, number>;
  return ordered({
    ...numbers,
    fixedTheta: fixedThetaOf(parts.get(FIXED)),
    data: parts.get("data") === "moving" ? "moving" : "still",
    network: parts.get("net") === "dense" ? "dense" : "convolutions",
    channels: [
      allowed("channels", first ?? NaN, defaults.channels[0]),
      allowed("channels", second ?? NaN, defaults.channels[1]),
    ],
  });
}

/** null: none that is a number is named, so theta is learned. */
function fixedThetaOf(text: string | null): number | null {
  const theta = text === null || text.trim() === "" ? NaN : Number(text);
  return Number.isFinite(theta) ? allowed("theta", theta, theta) : null;
}

/** theta starts between the lower and the higher of its two bounds. */
export function ordered(settings: Settings): Settings {
  const { thetaLow, thetaHigh } = settings;
  return { ...settings, thetaLow: Math.min(thetaLow, thetaHigh), thetaHigh: Math.max(thetaLow, thetaHigh) };
}
