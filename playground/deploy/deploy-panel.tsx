/** Deploy: the network in integers of a few bits, what that costs, and the files for devices and other tools. */

import type { Roundtype } from "atif";
import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { Emphasised } from "../panels/emphasised.js";
import { Slider } from "../panels/slider.js";
import { select } from "../state/page-state.js";
import { deployWords, speakOfDeploying } from "../words/deploy-words.js";
import { setDeploy, startMeasuring, watchNetwork } from "./deploy-actions.js";
import { DeployResults } from "./deploy-results.js";
import { deployState } from "./deploy-state.js";
import { LEAST_BITS, MOST_BITS } from "./quantizer-bits.js";
import { DeployTake } from "./deploy-take.js";
import styles from "./deploy.css?inline";

const roundings: readonly Roundtype[] = ["nearest", "floor", "ceil"];

const model = select((state) => state.model);
const isSpoken = signal(false);

export function DeployPanel() {
  useEffect(watchNetwork, []);
  useEffect(() => {
    void speakOfDeploying(document.documentElement.lang).then(() => (isSpoken.value = true));
  }, []);
  if (!isSpoken.value) return null;
  const { report } = deployState.value;
  const fits = model.value?.fitsData !== false;
  return (
    <div class="deploy">
      <style>{styles}</style>
      <p>
        <Emphasised text={deployWords.lead} />
      </p>
      {fits ? null : <p class="muted">{deployWords.noData}</p>}
      <div class="columns">
        <Controls fits={fits} />
        <div>{report === null ? null : <DeployResults report={report} />}</div>
      </div>
      <DeployTake fits={fits} />
    </div>
  );
}

function Controls({ fits }: { readonly fits: boolean }) {
  const { settings, isMeasuring } = deployState.value;
  const bits = (of: "weights" | "activations" | "potentials") => (
    <Slider
      label={deployWords[of]}
      hint={deployWords[`${of}Hint`]}
      value={settings[of]}
      low={LEAST_BITS}
      high={MOST_BITS}
      step={1}
      disabled={!fits}
      onInput={(value) => setDeploy({ [of]: value })}
    />
  );
  return (
    <div class="controls">
      {bits("weights")}
      {bits("activations")}
      {bits("potentials")}
      <label class="choice">
        {deployWords.rounding}{" "}
        <select
          value={settings.roundtype}
          disabled={!fits}
          onChange={({ currentTarget }) => setDeploy({ roundtype: currentTarget.value as Roundtype })}
        >
          {roundings.map((each) => (
            <option key={each} value={each}>
              {deployWords.roundings[each]}
            </option>
          ))}
        </select>
      </label>
      <div class="buttons">
        <button
          type="button"
          class="primary"
          disabled={!fits || isMeasuring || model.value === null}
          onClick={startMeasuring}
        >
          {deployWords.measure}
        </button>
      </div>
      <p role="status" class="muted">
        {isMeasuring ? deployWords.measuring : ""}
      </p>
    </div>
  );
}
