/** Layer by layer: what quantization takes from it, and the bits that it has for itself. */

import { figure, percent } from "../format.js";
import { deployWords } from "../words/deploy-words.js";
import { setDeploy } from "./deploy-actions.js";
import type { DeployedLayer, DeployReport, Held } from "./deploy-protocol.js";
import { deployState } from "./deploy-state.js";
import { LEAST_BITS, MOST_BITS } from "./quantizer-bits.js";

/** Points of saturation, and of silence, from which a figure is marked. */
const MUCH = 0.02;

const widths = Array.from({ length: MOST_BITS - LEAST_BITS + 1 }, (_, i) => LEAST_BITS + i);

export function DeployLayers({ report }: { readonly report: DeployReport }) {
  const w = deployWords;
  const change = (pair: readonly [number, number] | null, shown: (value: number) => string): string =>
    pair === null ? "" : `${shown(pair[0])} → ${shown(pair[1])}`;
  const { ownBits } = deployState.value.settings;
  const hasOwn = report.layers.some(({ name }) => name in ownBits);
  return (
    <>
      <div class="table-scroll" tabIndex={0} role="group" aria-label={w.layers}>
        <table>
          <thead>
            <tr>
              <th scope="col">{w.layer}</th>
              <th scope="col">{w.bits}</th>
              <th scope="col">{w.theta}</th>
              <th scope="col">{w.fractional}</th>
              <th scope="col">{w.saturated}</th>
              <th scope="col">{w.silent}</th>
            </tr>
          </thead>
          <tbody>
            {report.layers.map(({ name, theta, q, holds, saturation, silence }) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{holds === null ? null : <OwnBits name={name} holds={holds} />}</td>
                <td>{change(theta, figure)}</td>
                <td>{q ?? ""}</td>
                <td class={(saturation ?? 0) > MUCH ? "worse" : ""}>
                  {saturation === null ? "" : percent(saturation)}
                </td>
                <td class={silence !== null && silence[1] - silence[0] > MUCH ? "worse" : ""}>
                  {change(silence, percent)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {hasOwn ? (
        <p class="buttons">
          <button type="button" onClick={() => setDeploy({ ownBits: {} })}>
            {w.allAlike}
          </button>
        </p>
      ) : null}
    </>
  );
}

function OwnBits({ name, holds }: { readonly name: DeployedLayer["name"]; readonly holds: Held }) {
  const w = deployWords;
  const { settings } = deployState.value;
  const { [name]: own, ...others } = settings.ownBits;
  const choose = (value: string): void =>
    setDeploy({ ownBits: value === "" ? others : { ...others, [name]: Number(value) } });
  return (
    <select
      aria-label={w.ownBits[holds](name)}
      value={own ?? ""}
      onChange={({ currentTarget }) => choose(currentTarget.value)}
    >
      <option value="">{w.asAbove(settings[holds])}</option>
      {widths.map((bits) => (
        <option key={bits} value={bits}>
          {bits}
        </option>
      ))}
    </select>
  );
}
