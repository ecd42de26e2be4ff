/** English words of the panel for devices, loaded with it. Other languages are tables of the same shape. */

import { counted, grouped } from "../format.js";
import { code, text, type Text } from "./text.js";

const steps = (count: number): string => counted(count, "time step");

export const englishDeploy = {
  lead: text`A board without floating point computes with integers of a few bits. Choose how many, and see what that costs: the network is quantized in this tab, its ranges are taken from the data to learn from, and both are measured on the same held-out images. Then take it with you as C, ONNX or NIR.`,
  weights: "Bits of weights",
  weightsHint: "What lies in flash.",
  activations: "Bits between layers",
  activationsHint: "The input, and what layers hand on.",
  potentials: "Bits of potentials",
  potentialsHint: "They have the widest range of all: with too few, thresholds are rounded away.",
  rounding: "Rounding",
  roundings: {
    nearest: "to the nearest",
    floor: "down, as a shift does",
    ceil: "up",
  },
  measure: "Quantize and measure",
  measuring: "Quantizing and measuring …",
  noData:
    "There is nothing to measure with: the data at hand are none that this network takes. Drop the data it was trained on, and it can be quantized. In float32 it can be written without.",

  /** Before and after. */
  measured: (samples: number, calibrated: number) =>
    `On ${counted(samples, "held-out image")}; ranges are those that ${counted(calibrated, "training image")} showed. Nothing was trained on.`,
  figure: "Measured",
  float: "float32",
  integers: "integers",
  accuracy: "accuracy",
  spikes: "spikes per image",
  flash: "flash, bytes",
  ram: "RAM, bytes",
  sizesHelp: (width: number, longWidth: number) =>
    `Flash: weights and what sums start from, without the code around them. RAM: potentials, and the maps between layers. Integers are stored in ${width} bits, sums in ${longWidth}.`,

  /** Layer by layer. */
  layers: "What each layer loses",
  layersHelp:
    "Saturated: the share of what it gives (of neurons: of their potentials) that lies at the largest or smallest integer; what is beyond looks the same. Silent: neurons without a spike on all these images. If either grows, give that kind of number more bits, or this layer alone: of its weights, or of its neurons' potentials.",
  bits: "bits",
  ownBits: {
    weights: (layer: string) => `Bits of the weights of ${layer}`,
    potentials: (layer: string) => `Bits of the potentials of ${layer}`,
  },
  asAbove: (bits: number) => `${bits}, as all`,
  allAlike: "All layers alike again",
  layer: "layer",
  theta: "θ",
  fractional: "bits behind the point",
  saturated: "saturated",
  silent: "silent",
  never: (names: readonly string[]) =>
    `Can never fire again, whatever comes in: ${names.join(", ")}. Rounding has taken away what it had.`,
  restless: (names: readonly string[]) =>
    `Fires without any input: ${names.join(", ")}. Its threshold is rounded to 0: give potentials more bits.`,

  energy: "Energy of one image",
  energyOf: (relu: boolean, bits: number) =>
    relu ? `ReLUs of ${counted(bits, "bit")}, once` : "this network",
  energyParts: { memory: "memory", operations: "operations" },
  nanojoules: (amount: string) => `${amount} nJ`,
  energyFinding: (times: string, less: boolean) =>
    less
      ? `The spiking network costs ${times} times less than the same network with quantized ReLUs.`
      : `The spiking network costs ${times} times as much as the same network with quantized ReLUs.`,
  breakEven: (even: string, rate: string) =>
    `Both would cost the same at ${even} spikes per neuron and time step; it has ${rate}.`,
  beyond: (even: string, rate: string) =>
    `It would cost as much at ${even} spikes per neuron and time step, which is more than neurons can fire; it has ${rate}.`,
  nothingSpikes: "Nothing spikes, so that the cost of a spike is not known.",
  noBreakEven: (rate: string) =>
    `No firing rate would change that: it has ${rate} spikes per neuron and time step, and potentials and biases alone cost as much.`,
  energyHelp: (memWidth: number) =>
    `An estimate for a chip of 45 nm (Lemaire and others, 2022), words of ${memWidth} bits: arithmetic on what was counted here, and no measurement of a device.`,
  noEnergy: (sentence: string) => `There is no estimate: ${sentence}`,

  /** What was proved. */
  checks: "What was checked",
  proved: (samples: number, timesteps: number, layers: number, integers: number) =>
    `In this tab: ${grouped(integers)} integers of ${counted(layers, "layer")}, ${counted(samples, "held-out image")}, ${steps(timesteps)}, as the C computes them, are those of the quantized network. None differs.`,
  disproved: (differing: number, integers: number, layer: string) =>
    `In this tab: ${grouped(differing)} of ${grouped(integers)} integers differ from those of the quantized network, the first in ${layer}. Do not use the C, and tell us.`,
  rightInIntegers: (right: number, samples: number) =>
    `Of these images the integers classify ${grouped(right)} of ${grouped(samples)} correctly.`,

  take: "Take it with you",
  target: "The C is for",
  targets: {
    c99: "any C99 compiler",
    arduino: "Arduino",
    "cortex-m": "Cortex-M (QEMU)",
    riscv: "RISC-V (QEMU)",
  },
  forms: {
    c: "C, integers (zip)",
    "float-c": "C, float32 (zip)",
    onnx: "ONNX",
    nir: "NIR",
    quantized: "Quantized network",
  },
  writing: "Writing …",
  written: (name: string, bytes: string): Text => text`${code(name)}, ${bytes}`,
  kilobytes: (amount: string) => `${amount} kB`,
  cannot: (form: string) => `This network cannot be said in ${form}:`,
  here: "Checked here:",
  notHere: "Not checked here:",
  yours: {
    c: (tests: number) =>
      text`nothing was compiled. The archive carries a self-test of ${counted(tests, "held-out image")}: ${code("make test")} computes every integer again.`,
    floatC: (tests: number, ties: number) =>
      text`nothing was compiled. The archive carries a self-test of ${counted(tests, "held-out image")} (${code("make test")})${ties === 0 ? "" : `; ${counted(ties, "image")} in which a spike hangs on rounding ${ties === 1 ? "is" : "are"} left out`}.`,
    untested: text`nothing was compiled, and there is no self-test: no data that fit were at hand.`,
    onnx: text`no runtime for ONNX runs in this tab. The verdict says what the translation keeps; compare the scores in yours.`,
    nir: text`what other tools make of it: they read NIR in their own ways.`,
    quantized: text`the file was not read back; ${code("atif eval")} tests it, ${code("atif export --to c")} writes it as C.`,
  },
  readBack: (samples: number, timesteps: number, spikes: number, differing: number, otherClass: number) =>
    `read back, as its text says, on ${counted(samples, "held-out image")}, ${steps(timesteps)}: ${grouped(differing)} of ${grouped(spikes)} spikes and ${grouped(otherClass)} of ${grouped(samples)} answers differ.`,
  sameIntegers: (integers: number) => `${grouped(integers)} integers, none differs (above).`,
  nothing: "nothing but that it could be written.",
};

export type DeployWords = typeof englishDeploy;
