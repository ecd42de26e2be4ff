/** The forms that atif export writes; each is loaded when it is asked for. */

import type { ExportArguments } from "./export-arguments.js";

export interface ExportForm {
  /** What --help says of it. */
  readonly summary: string;
  /** The options that it takes besides those of all: the run, --out, --force, --json. */
  readonly takes: readonly (keyof ExportArguments)[];
  load(): Promise<(args: ExportArguments) => Promise<void>>;
}

export const exportForms = {
  c: {
    summary: "C99 without allocation, of a quantized network, or of any with --width float32",
    takes: ["target", "name", "width", "longWidth", "ranges", "form", "samples", "data"],
    load: async () => (await import("./c.js")).exportAsC,
  },
  onnx: {
    summary: "a graph for ONNX runtimes, of all time steps or of one",
    takes: ["form", "strict"],
    load: async () => (await import("./onnx.js")).exportAsOnnx,
  },
  nir: {
    summary: "a graph of NIR for other tools of spiking networks, with what is lost, measured",
    takes: ["profile", "samples", "data", "strict"],
    load: async () => (await import("./nir.js")).exportAsNir,
  },
  html: {
    summary: "one file that shows the network in any browser, without a server and offline",
    takes: ["name", "samples", "data"],
    load: async () => (await import("./html.js")).exportAsHtml,
  },
  pytorch: {
    summary: "a file of Python that defines the network, and its weights",
    takes: ["samples", "data", "strict"],
    load: async () => (await import("./torch.js")).exportAsPyTorch,
  },
} as const satisfies Readonly<Record<string, ExportForm>>;

export type ExportFormName = keyof typeof exportForms;
