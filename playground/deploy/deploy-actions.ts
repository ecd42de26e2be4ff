/** Everything that changes what the panel for devices shows. */

import { effect } from "@preact/signals";
import type { CTarget } from "atif";
import { ask, download, told } from "../actions.js";
import { latestOnly } from "../engine.js";
import { select } from "../state/page-state.js";
import { changeDeploy, deployState } from "./deploy-state.js";
import type { DeploySettings, ExportForm } from "./deploy-protocol.js";

/** Counts networks, states of one that learns, and data: what was measured of one is not said of the next. */
let generation = 0;

const network = select(({ model, data }) => [model, data] as const);

/** While the panel is there. @returns what ends it */
export function watchNetwork(): () => void {
  return effect(() => {
    void network.value;
    generation++;
    changeDeploy({ report: null, written: [] });
  });
}

const measure = latestOnly(() =>
  told(async () => {
    const [asked, { settings, report }] = [generation, deployState.peek()];
    changeDeploy({ isMeasuring: true });
    try {
      const answer = await ask("deploy", { settings, anew: report === null });
      if (asked === generation) changeDeploy({ report: answer });
    } finally {
      changeDeploy({ isMeasuring: false });
    }
  }),
);

export function startMeasuring(): void {
  measure(undefined);
}

/** What was measured once follows the sliders. */
export function setDeploy(changes: Partial<DeploySettings>): void {
  const { settings, report, isMeasuring } = deployState.peek();
  changeDeploy({ settings: { ...settings, ...changes } });
  if (report !== null || isMeasuring) measure(undefined);
}

export function setTarget(target: CTarget): void {
  changeDeploy({ target });
}

export function write(form: ExportForm): Promise<void> {
  return told(async () => {
    const [asked, { settings, target, report }] = [generation, deployState.peek()];
    changeDeploy({ writing: form });
    try {
      const exported = await ask("export", { form, settings, target, anew: report === null });
      if (exported.file !== null) download(exported.file.name, exported.file.bytes);
      if (asked !== generation) return;
      const others = deployState.peek().written.filter((each) => each.form !== form);
      changeDeploy({ written: [exported, ...others] });
    } finally {
      changeDeploy({ writing: null });
    }
  });
}
