/** atif energy: estimates what an inference of a trained network costs. */

import { counted } from "../../counted.js";
import { compareWithRelu, type ReluComparison } from "../../energy/compare-with-relu.js";
import { energyChart } from "../../energy/energy-chart.js";
import type { EnergyOptions } from "../../energy/estimate-energy.js";
import { formatEnergy } from "../../energy/format-energy.js";
import { ActivityMeter } from "../../energy/measure-activity.js";
import type { NetworkActivity } from "../../energy/network-activity.js";
import type { OpEstimations, SramEstimation } from "../../energy/estimations.js";
import { OutOfMemoryError } from "../../errors.js";
import { readFacts } from "../../experiment/run-folder/training-facts.js";
import { readModelFile } from "../../formats/model-file.js";
import type { SpikingModel } from "../../models/spiking-model.js";
import { writeFileAtomic } from "../../platform/files.js";
import { Generator } from "../../random/generator.js";
import { initCompute, type ComputeArguments } from "../compute-arguments.js";
import { UsageError } from "../exit-codes.js";
import { Interrupt } from "../interrupt.js";
import { energyTable } from "../energy-table.js";
import { findModel } from "../model-path.js";
import { Progress } from "../progress.js";
import { Terminal } from "../terminal.js";
import { testDataFor, type TestData } from "../test-data.js";

export interface EnergyArguments extends ComputeArguments {
  readonly model: string;
  readonly data?: string;
  readonly batchSize?: number;
  readonly memWidth?: number;
  readonly fifoSize?: number;
  readonly opEstimation?: OpEstimations;
  readonly sramEstimation?: SramEstimation;
  readonly compat?: "qualia";
  readonly svg?: string;
  readonly json?: boolean;
}

const STOPPED = "stopped before the rates were measured; nothing was written.";

export async function energy(args: EnergyArguments): Promise<void> {
  const terminal = new Terminal(args);
  const progress = new Progress(terminal.err, { terminalOnly: terminal.json });
  const interrupt = new Interrupt();
  try {
    await initCompute(args);
    const { path, config } = findModel(args.model);
    const { model, facts } = await readModelFile(path);
    const test = await testDataFor(model, readFacts(facts), config, args.data);
    const activity = await measure(model, test, args.batchSize ?? 64, interrupt, progress);
    progress.clear();
    const options = optionsOf(args);
    const compared = asUsage(() => compareWithRelu(model, activity, options));
    if (args.svg !== undefined) writeFileAtomic(args.svg, energyChart(compared.spiking));
    const { spiking, relu, ...figures } = compared;
    terminal.answer({
      model: path,
      data: test.name,
      samples: test.data.length,
      timesteps: model.timesteps,
      options,
      ...spiking,
      relu: { ...figures, ...relu },
      ...(args.svg === undefined ? {} : { svg: args.svg }),
    });
    print(terminal, path, model, test, options, compared, args.svg);
  } finally {
    progress.clear();
    interrupt.dispose();
  }
}

async function measure(
  model: SpikingModel,
  { data, augmentations }: TestData,
  batchSize: number,
  interrupt: Interrupt,
  progress: Progress,
): Promise<NetworkActivity> {
  const meter = asUsage(() => new ActivityMeter(model, data));
  const generator = new Generator(0);
  const total = Math.ceil(data.length / batchSize);
  let done = 0;
  for (const stored of data.batches({ batchSize })) {
    await interrupt.check(STOPPED);
    meter.show(augmentations?.apply(stored, generator, false) ?? stored);
    progress.update(`measuring rates ${++done}/${total}`, done / total);
  }
  await interrupt.check(STOPPED);
  return meter.activity;
}

function optionsOf({
  memWidth = 16,
  fifoSize = 100,
  opEstimation,
  sramEstimation,
  compat,
}: EnergyArguments): EnergyOptions {
  return {
    memWidth,
    fifoSize,
    ...(opEstimation === undefined ? {} : { opEstimation }),
    ...(sramEstimation === undefined ? {} : { sramEstimation }),
    ...(compat === undefined ? {} : { compat }),
  };
}

/** What the library refuses here is what was asked for; whoever asked does not know its functions. */
function asUsage<R>(fn: () => R): R {
  try {
    return fn();
  } catch (thrown) {
    const isRefused = thrown instanceof RangeError || thrown instanceof TypeError;
    if (isRefused && !(thrown instanceof OutOfMemoryError))
      throw new UsageError(thrown.message.replace(/^\w+: /, ""));
    throw thrown;
  }
}

function print(
  terminal: Terminal,
  path: string,
  { timesteps }: SpikingModel,
  { data, name }: TestData,
  { memWidth, fifoSize, compat }: EnergyOptions,
  { spiking, relu, bits, finding }: ReluComparison,
  svg: string | undefined,
): void {
  const { total } = spiking;
  terminal.print(`${path}, rates measured on ${name} (${counted(data.length, "sample")}, T = ${timesteps})`);
  terminal.print(
    `words of ${counted(memWidth, "bit")}, a FIFO of ${counted(fifoSize ?? 0, "word")}, 45 nm` +
      (compat === undefined ? "" : `; the numbers of ${compat}, its defects included`),
  );
  terminal.print();
  for (const line of energyTable(spiking, (text) => terminal.bold(text))) terminal.print(line);
  terminal.print();
  terminal.print(
    terminal.bold(formatEnergy(total.total)),
    ` per inference: ${formatEnergy(total.memTotal)} for accesses to memory, ` +
      `${formatEnergy(total.opsAddr)} for operations and addresses. An estimate, not a measurement.`,
  );
  terminal.print(`${formatEnergy(relu.total.total)} with ReLUs of ${counted(bits, "bit")}. ${finding}`);
  if (svg !== undefined) terminal.print(`The chart is in ${svg}.`);
}
