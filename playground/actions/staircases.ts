/** What is measured of the network, and of a copy of it with other thresholds or another T. */

import { latestOnly } from "../engine.js";
import { modelAddress } from "../model-address.js";
import { sameSettings } from "../state/page-address.js";
import { change, current } from "../state/page-state.js";
import { placed } from "../state/wanted-staircases.js";
import { words } from "../words/words.js";
import type { WhatIf } from "../worker/protocol.js";
import { ask } from "./asking.js";
import { look } from "./looking.js";
import { complain, told } from "./told.js";

/** Counts the networks, and the states of one that learns: what was measured of one is not said of the next. */
export let generation = 0;

export const measure = latestOnly((whatIf: WhatIf | null) =>
  told(async () => {
    if (current().model?.fitsData === false) return;
    const asked = generation;
    const answer = await ask("staircases", whatIf);
    const { staircases, training } = current();
    // The network has begun to change meanwhile, or is another one.
    if (training.status === "running" || asked !== generation) return;
    if (whatIf === null) {
      const layer = Math.max(0, Math.min(staircases.layer, answer.layers.length - 1));
      change({
        staircases: { trained: answer, moved: null, whatIf: null, layer },
        findings: answer.findings,
        measured: "now",
      });
      placeStaircases();
    } else if (staircases.whatIf !== null) {
      change({ staircases: { ...staircases, moved: answer } });
    }
  }),
);

/** Shows what the address wants, as soon as it can be: thresholds of a run that is shared are those of its end. */
export function placeStaircases(): void {
  const { wanted, staircases, shared, training, model } = current();
  const { trained } = staircases;
  if (wanted === null || trained === null) return;
  // Not on the network before it.
  if (model?.origin === "shipped" && modelAddress(location.search) !== null) return;
  const isMoved = wanted.timesteps !== null || wanted.thetas.length > 0;
  const inUse = model?.settings;
  const isRepeated =
    training.status === "finished" && shared !== null && inUse && sameSettings(inUse, shared.settings);
  if (isMoved && shared !== null && !isRepeated) {
    return change({
      staircases: { ...staircases, layer: Math.min(wanted.layer, trained.layers.length - 1) },
    });
  }
  const place = placed(wanted, trained);
  change({ wanted: null });
  if (place === null) {
    return complain(words.notices.otherLayers(trained.layers.length));
  }
  const { layer, whatIf } = place;
  change({ staircases: { trained, moved: null, whatIf, layer } });
  if (whatIf !== null) moveAll(whatIf);
}

/** Moves a threshold, or T, of a copy of the network. */
export function moveStaircase(changes: { readonly theta?: number; readonly timesteps?: number }): void {
  const { staircases } = current();
  const { trained, layer } = staircases;
  if (trained === null || (changes.theta !== undefined && !trained.layers[layer].isMovable)) return;
  const before = staircases.whatIf ?? {
    thetas: trained.layers.map(({ theta }) => theta),
    timesteps: trained.timesteps,
  };
  // Short enough for an address.
  const moved = changes.theta === undefined ? undefined : Number(changes.theta.toPrecision(5));
  const whatIf: WhatIf = {
    thetas: before.thetas.map((theta, i) => (i === layer ? (moved ?? theta) : theta)),
    timesteps: changes.timesteps ?? before.timesteps,
  };
  moveAll(whatIf);
}

/** The whole page shows the copy, until it is put back. */
export function moveAll(whatIf: WhatIf): void {
  change({ staircases: { ...current().staircases, whatIf }, wanted: null });
  measure(whatIf);
  look(undefined);
}

/** Puts every threshold and T back where they were learned. */
export function restoreStaircases(): void {
  const { staircases } = current();
  change({ staircases: { ...staircases, moved: null, whatIf: null }, wanted: null, lesson: null });
  if (staircases.whatIf !== null) look(undefined);
}

/** The network has begun to change, or is another one. */
export function forgetMeasurements(): void {
  generation++;
  const staircases = { ...current().staircases, trained: null, moved: null, whatIf: null };
  change({ lesson: null, staircases, findings: [], measured: null });
}

/** Everything that is shown of the network is asked for again. */
export function modelChanged(): void {
  forgetMeasurements();
  const { input, model } = current();
  if (input.source === "sample" && model?.fitsData === false) {
    change({ input: { source: "drawing", strokes: [] } });
  }
  look(undefined);
  measure(null);
}
