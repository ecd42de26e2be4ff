/** Inputs times weights: what reaches a neuron at a step, the largest part first, and that it is the neuron's input in all. */

import { placeOf } from "../../elements/neuron-name.js";
import { figure } from "../format.js";
import { words } from "../words/words.js";
import type { Arrivals, Look } from "../worker/protocol.js";
import "./received.css";

/** More would not be read. */
const MOST_ROWS = 10;

interface Props {
  readonly look: Look;
  /** null: not there yet, or not to be had. */
  readonly arrivals: Arrivals | null;
  /** Whether there was an answer for the step or neuron before: this one's will come. */
  readonly isKnown: boolean;
}

export function Received({ look, arrivals, isKnown }: Props) {
  const { neuron: of } = words;
  if (arrivals === null) return <p class="muted received">{isKnown ? "…" : of.notApart}</p>;
  const rows = arrivals.arrivals.slice(0, MOST_ROWS);
  const shown = rows.reduce((sum, { value, weight }) => sum + value * weight, 0);
  const all = arrivals.arrivals.reduce((sum, { value, weight }) => sum + value * weight, 0);
  const others = arrivals.others + all - shown;
  const most = Math.max(
    ...rows.map(({ value, weight }) => Math.abs(value * weight)),
    Math.abs(others),
    Math.abs(arrivals.constant),
    1e-9,
  );
  return (
    <div
      class="received table-scroll"
      tabIndex={0}
      role="group"
      aria-label={of.received(arrivals.arrived, arrivals.count)}
    >
      <table>
        <caption>{of.received(arrivals.arrived, arrivals.count)}</caption>
        <thead>
          <tr>
            <th scope="col">{of.from}</th>
            <th scope="col">{of.value}</th>
            <th scope="col">{of.weight}</th>
            <th scope="col">{of.product}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map(({ source, neuron, value, weight }) => (
            <tr key={`${source} ${neuron}`}>
              <th scope="row">{nameOf(look, source, neuron)}</th>
              <td>{figure(value)}</td>
              <td>× {figure(weight)}</td>
              <Product value={value * weight} most={most} />
            </tr>
          ))}
          {arrivals.arrived <= rows.length ? null : (
            <tr>
              <th scope="row" colSpan={3}>
                {of.others(arrivals.arrived - rows.length)}
              </th>
              <Product value={others} most={most} />
            </tr>
          )}
          <tr>
            <th scope="row" colSpan={3}>
              {of.constant}
            </th>
            <Product value={arrivals.constant} most={most} />
          </tr>
          <tr class="sum">
            <th scope="row" colSpan={3}>
              {of.sum}
            </th>
            <td>{figure(arrivals.input)}</td>
          </tr>
        </tbody>
      </table>
    </div>
  );
}

function Product({ value, most }: { value: number; most: number }) {
  return (
    <td class="product">
      {figure(value)}
      <span
        class={value < 0 ? "product-bar below" : "product-bar"}
        style={{ width: `${((50 * Math.abs(value)) / most).toFixed(1)}%` }}
      />
    </td>
  );
}

function nameOf({ layers, imageShape }: Look, source: number, neuron: number): string {
  const [name, shape] =
    source < 0 ? [words.strip.input, imageShape] : [layers[source].name, layers[source].shape];
  const place = placeOf(shape, neuron);
  return place === "" ? words.drawings.neuron(name, neuron + 1) : `${name}, ${place}`;
}
