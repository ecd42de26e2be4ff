/** Sliders of the page. */

import { Slider, type SliderProps } from "../../elements/slider.js";

export { Slider };

/** For values over several powers of ten: the slider moves their logarithm. */
export function LogSlider({ value, low, high, onInput, ...rest }: Omit<SliderProps, "step">) {
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
