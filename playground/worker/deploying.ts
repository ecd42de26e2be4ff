/** A network brought to a device: quantized, measured before and after, proved and written. Loaded when it is first asked for. */

import {
  calibrate,
  compareWithRelu,
  createModel,
  type Dataset,
  encodeModel,
  exportedC,
  fuseBatchNorm,
  importModel,
  fidelityReport,
  measureActivity,
  measureFidelity,
  measureQuantization,
  quantizeModel,
  verifyIntegers,
  writeNir,
  writeOnnx,
  type EnergyEstimate,
  type ExportedC,
  type ExportCOptions,
  type FidelityReport,
  type MeasuredFidelity,
  type MeasuredQuantization,
  type ModelFacts,
  type SpikingModel,
  type TrainTest,
} from "atif";
import type {
  DeployedEnergy,
  DeployedLayer,
  DeployReport,
  DeploySettings,
  EnergyParts,
  Exported,
  ExportQuestion,
  Measured,
} from "../deploy/deploy-protocol.js";
import { zipOf } from "../deploy/zip.js";
import { withOwnBits } from "./own-bits.js";
import { shortName } from "./short-name.js";
import { problems } from "../words/problems.js";

/** Of large sets, the first ones, so that an answer comes while one looks on. */
const MOST_MEASURED = 1000;
const MOST_CALIBRATED = 1000;
/** Samples whose integers are compared, at every layer and time step. */
const PROVED = 64;
/** Samples of a self-test. */
const TESTS = 20;
/** Words of the memory that spikes wait in, as those of atif energy. */
const FIFO = 100;

interface Quantized {
  readonly model: SpikingModel;
  readonly exported: ExportedC;
  readonly report: DeployReport;
}

export class Deploying {
  readonly #model: SpikingModel;
  readonly #facts: ModelFacts;
  /** null: the data at hand are none that the network takes. */
  readonly #data: TrainTest | null;
  readonly #name: string;
  /** Of the network as it is. */
  #float: { readonly stage: MeasuredQuantization; readonly exported: ExportedC } | null = null;
  #last: Quantized | null = null;

  /** @param model is copied: it may go on learning */
  constructor(model: SpikingModel, facts: ModelFacts, data: TrainTest | null) {
    this.#model = copyOf(model);
    this.#facts = facts;
    this.#data = data === null ? null : fitting(data, this.#model);
    this.#name = nameOf(data?.test.name ?? "network");
  }

  async measure(settings: DeploySettings): Promise<DeployReport> {
    return (await this.#quantized(settings)).report;
  }

  async export({ form, settings, target }: ExportQuestion): Promise<Exported> {
    switch (form) {
      case "c": {
        const { model, exported, report } = await this.#quantized(settings);
        const { files, ties } = this.#inC(model, { target, longWidth: report.longWidth as 32 | 64 });
        return {
          ...this.#zipped(form, files),
          integers: report.integers,
          tests: this.#tests(exported),
          ties,
        };
      }
      case "float-c": {
        const exported = this.#inC(fuseBatchNorm(this.#model), { width: "float32", target });
        const { files, ties } = exported;
        return { ...this.#zipped(form, files), tests: this.#tests(exported), ties };
      }
      case "quantized": {
        const { model, report } = await this.#quantized(settings);
        const { accuracy } = report.quantized;
        const bytes = encodeModel(model, { ...this.#facts, testAccuracy: accuracy });
        return {
          ...nothing(form),
          file: { name: `${this.#name}-quantized.safetensors`, bytes },
          integers: report.integers,
        };
      }
      case "onnx": {
        const { bytes, report } = writeOnnx(this.#model);
        return { ...nothing(form), file: this.#file("onnx", bytes), report };
      }
      case "nir": {
        const { bytes, report } = await writeNir(this.#model);
        const measured = bytes === null ? null : await this.#readBack(bytes);
        return { ...nothing(form), file: this.#file("nir", bytes), report: withMeasured(report, measured) };
      }
    }
  }

  #file(end: string, bytes: Uint8Array<ArrayBuffer> | null): Exported["file"] {
    return bytes === null ? null : { name: `${this.#name}.${end}`, bytes };
  }

  #zipped(form: "c" | "float-c", files: Readonly<Record<string, string>>): Exported {
    const inFolder = Object.entries(files).map(([path, text]) => [`${this.#name}/${path}`, text]);
    const bytes = zipOf(Object.fromEntries(inFolder) as Record<string, string>);
    const name = `${this.#name}-c${form === "c" ? "" : "-float32"}.zip`;
    return { ...nothing(form), file: { name, bytes } };
  }

  #tests({ ties }: ExportedC): number | null {
    return this.#data === null ? null : Math.min(TESTS, this.#data.test.length - ties);
  }

  #inC(model: SpikingModel, options: ExportCOptions): ExportedC {
    const tests = this.#data === null ? {} : { tests: this.#data.test, samples: TESTS };
    return exportedC(model, { name: this.#name, ...tests, ...options });
  }

  /** What the text of NIR says, read as others do; null without data to show. */
  async #readBack(bytes: Uint8Array): Promise<MeasuredFidelity | null> {
    if (this.#data === null) return null;
    const { timesteps } = this.#model;
    const name = `${this.#name}.nir`;
    const { model } = await importModel(bytes, { name, timesteps, reset: "hard", startAtReset: false });
    return measureFidelity(this.#model, model, this.#data.test, { samples: PROVED });
  }

  async #quantized(settings: DeploySettings): Promise<Quantized> {
    if (this.#last !== null && sameSettings(this.#last.report.settings, settings)) return this.#last;
    const data = this.#requireData();
    const fused = fuseBatchNorm(this.#model);
    const { weights, activations: bits, potentials, roundtype, ownBits } = settings;
    const w = { bits: weights };
    const alike = quantizeModel(fused, { bits, roundtype, w, bias: w, v: { bits: potentials } });
    const model = withOwnBits(alike, ownBits).eval();
    calibrate(model, data.train);
    this.#float ??= {
      stage: await measureQuantization(this.#model, data.test),
      exported: exportedC(fused, { width: "float32" }),
    };
    const float = this.#float;
    const stage = await measureQuantization(model, data.test);
    const exported = widened((longWidth) => exportedC(model, { name: this.#name, longWidth }));
    const longWidth = exported.longWidth ?? 32;
    const integers = await verifyIntegers(model, data.test, { samples: PROVED, longWidth });
    const report: DeployReport = {
      settings,
      timesteps: model.timesteps,
      samples: data.test.length,
      calibrated: data.train.length,
      float: measuredOf(float.stage, float.exported),
      quantized: measuredOf(stage, exported),
      width: Number(exported.width),
      longWidth,
      layers: layersOf(float.stage, stage),
      silent: exported.silent.map(shortName),
      restless: exported.restless.map(shortName),
      integers,
      ...energyOf(model, data.test, Number(exported.width)),
    };
    return (this.#last = { model, exported, report });
  }

  #requireData(): TrainTest {
    if (this.#data === null) throw new Error(problems.network.notReady);
    return this.#data;
  }
}

function nothing(form: Exported["form"]): Exported {
  return { form, file: null, report: null, integers: null, tests: null, ties: 0 };
}

function copyOf(model: SpikingModel): SpikingModel {
  const copy = createModel(model.architecture).eval();
  copy.loadStateDict(model.stateDict({ extras: true }));
  return copy;
}

/** Samples that change over time are as the network takes them. */
function fitting({ train, test }: TrainTest, { inputShape: sampleShape }: SpikingModel): TrainTest {
  const first = (data: Dataset, most: number): Dataset => {
    const some = data.length > most ? data.subset({ start: 0, end: most }) : data;
    return data.time ? some : some.with({ sampleShape });
  };
  return { train: first(train, MOST_CALIBRATED), test: first(test, MOST_MEASURED) };
}

/** As functions of C are called. */
function nameOf(data: string): string {
  const plain = data
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "_")
    .replace(/^[^a-z]+|_+$/g, "");
  return plain.slice(0, 40) || "network";
}

/** Sums of 64 bits where those of 32 could overflow. */
function widened(make: (longWidth: 32 | 64) => ExportedC): ExportedC {
  try {
    return make(32);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return make(64);
  }
}

function sameSettings(
  { ownBits: a, ...one }: DeploySettings,
  { ownBits: b, ...other }: DeploySettings,
): boolean {
  return sameEntries(one, other) && sameEntries(a, b);
}

function sameEntries(a: object, b: object): boolean {
  const [one, other] = [a, b].map((each) => new Map<string, unknown>(Object.entries(each)));
  return one.size === other.size && [...one].every(([key, value]) => other.get(key) === value);
}

function measuredOf({ evaluation }: MeasuredQuantization, { flash, ram }: ExportedC): Measured {
  const { accuracy, spikesPerInference } = evaluation;
  return { accuracy, spikesPerInference, flash, ram };
}

function layersOf(float: MeasuredQuantization, quantized: MeasuredQuantization): DeployedLayer[] {
  const before = new Map(float.layers.map((layer) => [layer.name, layer]));
  return quantized.layers.map(({ name, theta, q, weightsQ, saturation, silence }) => {
    const was = before.get(name);
    return {
      name: shortName(name),
      theta: theta === null ? null : [was?.theta ?? theta, theta],
      q,
      weightsQ,
      holds: theta !== null ? "potentials" : weightsQ !== null ? "weights" : null,
      saturation,
      silence: silence === null ? null : [was?.silence ?? silence, silence],
    };
  });
}

function energyOf(
  model: SpikingModel,
  test: Dataset,
  memWidth: number,
): Pick<DeployReport, "energy" | "noEnergy"> {
  try {
    const compared = compareWithRelu(model, measureActivity(model, test), { memWidth, fifoSize: FIFO });
    const { spiking, relu, bits: reluBits, ratio, rate, breakEven } = compared;
    const energy: DeployedEnergy = {
      spiking: partsOf(spiking),
      relu: partsOf(relu),
      reluBits,
      memWidth,
      ratio,
      rate,
      breakEven: breakEven?.rate ?? null,
    };
    return { energy, noEnergy: "" };
  } catch (error) {
    return { energy: null, noEnergy: error instanceof Error ? error.message : String(error) };
  }
}

function partsOf({ total }: EnergyEstimate): EnergyParts {
  return { memory: total.memTotal, operations: total.opsAddr, total: total.total };
}

function withMeasured(report: FidelityReport, measured: MeasuredFidelity | null): FidelityReport {
  return measured === null ? report : fidelityReport(report.notes, measured);
}
