/** A labelled slider that shows its value. */

import { figure } from "./format.js";

export interface SliderProps {
  readonly label: string;
  /** One plain sentence on what it does. */
  readonly hint?: string;
  readonly value: number;
  readonly low: number;
  readonly high: number;
  readonly step: number;
  readonly shown?: string;
  readonly disabled?: boolean;
  readonly onInput: (value: number) => void;
}

export function Slider({
  label,
  hint,
  value,
  low,
  high,
  step,
  shown,
  disabled = false,
  onInput,
}: SliderProps) {
  return (
    <label class="slider">
      <span class="slider-label">
        {label} <output>{shown ?? figure(value)}</output>
      </span>
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        disabled={disabled}
        aria-label={label}
        aria-valuetext={shown ?? figure(value)}
        onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
      />
      {hint === undefined ? null : <small>{hint}</small>}
    </label>
  );
}
