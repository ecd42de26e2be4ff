/** A labelled slider that shows its value. */

import { figure } from "../format.js";

interface Props {
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

export function Slider({ label, hint, value, low, high, step, shown, disabled = false, onInput }: Props) {
  const text = shown ?? figure(value);
  return (
    <label class="slider">
      <span class="slider-label">
        {label} <output>{text}</output>
      </span>
      <input
        type="range"
        min={low}
        max={high}
        step={step}
        value={value}
        disabled={disabled}
        aria-label={label}
        aria-valuetext={text}
        onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
      />
      {hint === undefined ? null : <small>{hint}</small>}
    </label>
  );
}

/** For values over several powers of ten: the slider moves their logarithm. */
export function LogSlider({ value, low, high, onInput, ...rest }: Omit<Props, "step">) {
  return (
    <Slider
      {...rest}
      value={Math.log10(value)}
      low={Math.log10(low)}
      high={Math.log10(high)}
      step={0.01}
      // Two significant figures: what is shown is what is used.
      onInput={(power) => onInput(Number((10 ** power).toPrecision(2)))}
    />
  );
}
