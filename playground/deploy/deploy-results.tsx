/** What quantization costs: before and after, layer by layer, in energy, and what was proved of it. */

import { figure, grouped, oneDecimal, percent } from "../format.js";
import { deployWords } from "../words/deploy-words.js";
import { DeployLayers } from "./deploy-layers.js";
import type { DeployedEnergy, DeployReport, EnergyParts } from "./deploy-protocol.js";

/** Points of accuracy from which a figure is marked. */
const MUCH = 0.02;

export function DeployResults({ report }: { readonly report: DeployReport }) {
  const { silent, restless, energy, noEnergy } = report;
  const w = deployWords;
  return (
    <>
      <BeforeAndAfter report={report} />
      <Checks report={report} />
      <h3>{w.layers}</h3>
      <DeployLayers report={report} />
      <p class="muted">
        <small>{w.layersHelp}</small>
      </p>
      {silent.length === 0 ? null : <p class="disproved">{w.never(silent)}</p>}
      {restless.length === 0 ? null : <p class="disproved">{w.restless(restless)}</p>}
      <h3>{w.energy}</h3>
      {energy === null ? <p>{w.noEnergy(noEnergy)}</p> : <Energy energy={energy} />}
    </>
  );
}

function BeforeAndAfter({ report }: { readonly report: DeployReport }) {
  const { float, quantized, samples, calibrated, width, longWidth } = report;
  const w = deployWords;
  const rows = [
    [
      w.accuracy,
      percent(float.accuracy),
      percent(quantized.accuracy),
      float.accuracy - quantized.accuracy > MUCH,
    ],
    [
      w.spikes,
      grouped(Math.round(float.spikesPerInference)),
      grouped(Math.round(quantized.spikesPerInference)),
    ],
    [w.flash, grouped(float.flash), grouped(quantized.flash)],
    [w.ram, grouped(float.ram), grouped(quantized.ram)],
  ] as const;
  return (
    <>
      <table class="deployed">
        <caption>{w.measured(samples, calibrated)}</caption>
        <thead>
          <tr>
            <th scope="col">{w.figure}</th>
            <th scope="col">{w.float}</th>
            <th scope="col">{w.integers}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(([name, before, after, isWorse = false]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before}</td>
              <td class={isWorse ? "worse" : ""}>{after}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p class="muted">
        <small>{w.sizesHelp(width, longWidth)}</small>
      </p>
    </>
  );
}

function Checks({ report }: { readonly report: DeployReport }) {
  const { integers, differing, layers, samples, timesteps, first, right } = report.integers;
  const w = deployWords;
  return (
    <>
      <h3>{w.checks}</h3>
      <p class={differing === 0 ? "proved" : "disproved"}>
        {differing === 0 ? <b>✓ </b> : null}
        {differing === 0
          ? w.proved(samples, timesteps, layers, integers)
          : w.disproved(differing, integers, first?.layer ?? "")}{" "}
        {w.rightInIntegers(right, samples)}
      </p>
    </>
  );
}

const PICOJOULES = 1000;

function Energy({ energy }: { readonly energy: DeployedEnergy }) {
  const { spiking, relu, reluBits, memWidth, ratio } = energy;
  const w = deployWords;
  const most = Math.max(spiking.total, relu.total);
  const times = oneDecimal(ratio < 1 ? 1 / ratio : ratio);
  return (
    <>
      <dl class="energy">
        <EnergyBar name={w.energyOf(false, reluBits)} parts={spiking} most={most} />
        <EnergyBar name={w.energyOf(true, reluBits)} parts={relu} most={most} />
      </dl>
      <ul class="legend">
        {(["memory", "operations"] as const).map((part, i) => (
          <li key={part}>
            <span class="swatch" style={{ background: `var(--series-${i === 0 ? 0 : 3})` }} />{" "}
            {w.energyParts[part]}
          </li>
        ))}
      </ul>
      <p>
        {w.energyFinding(times, ratio < 1)} {breakEvenSentence(energy)}
      </p>
      <p class="muted">
        <small>{w.energyHelp(memWidth)}</small>
      </p>
    </>
  );
}

function breakEvenSentence({ rate, breakEven }: DeployedEnergy): string {
  const w = deployWords;
  if (rate === 0) return w.nothingSpikes;
  if (breakEven === null) return w.noBreakEven(figure(rate));
  return (breakEven > 1 ? w.beyond : w.breakEven)(figure(breakEven), figure(rate));
}

function EnergyBar({
  name,
  parts,
  most,
}: {
  readonly name: string;
  readonly parts: EnergyParts;
  readonly most: number;
}) {
  const { memory, operations, total } = parts;
  const share = (of: number) => ({ width: `${most === 0 ? 0 : (100 * of) / most}%` });
  return (
    <div>
      <dt>{name}</dt>
      <dd class="bar" aria-hidden="true">
        <span style={share(memory)} />
        <span class="operations" style={share(operations)} />
      </dd>
      <dd>{deployWords.nanojoules(figure(total / PICOJOULES))}</dd>
    </div>
  );
}
