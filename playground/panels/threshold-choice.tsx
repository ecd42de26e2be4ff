/** Whether theta is learned, or stays as it is set. */

import { set } from "../actions.js";
import { figure } from "../format.js";
import { ranges } from "../state/settings.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import { Slider } from "./slider.js";

/** Where theta stays if nothing else is asked for: the neuron is that of ATIF then. */
const UNIT = 1;

const fixedTheta = select((state) => state.settings.fixedTheta);

export function ThresholdChoice({ locked }: { readonly locked: boolean }) {
  const { threshold, thresholds, sliders, hints } = words.train;
  const theta = fixedTheta.value;
  return (
    <>
      <label class="choice">
        {threshold}{" "}
        <select
          value={theta === null ? "learned" : "fixed"}
          disabled={locked}
          onChange={({ currentTarget }) =>
            set({ fixedTheta: currentTarget.value === "fixed" ? (theta ?? UNIT) : null })
          }
        >
          <option value="learned">{thresholds.learned}</option>
          <option value="fixed">{thresholds.fixed}</option>
        </select>
      </label>
      {theta === null ? null : (
        <Slider
          label={sliders.theta}
          hint={hints.theta}
          {...ranges.theta}
          value={theta}
          shown={figure(theta)}
          disabled={locked}
          onInput={(value) => set({ fixedTheta: value })}
        />
      )}
    </>
  );
}
