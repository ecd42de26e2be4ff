/** The network looks at an input, and the reader at what it does: layers, neurons, steps. */

import type { Stroke } from "atif";
import { livelyNeuron } from "../../elements/lively-neuron.js";
import { latestOnly } from "../engine.js";
import { onGrid } from "../state/drawing-code.js";
import type { Motion } from "../state/motion.js";
import { change, current, type PageState } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Input, PickedNeuron } from "../worker/protocol.js";
import { ask } from "./asking.js";
import { told } from "./told.js";

/** Shows the input to the network again: it, or the network, has changed. */
export const look = latestOnly(() =>
  told(async () => {
    const { input, motion, picked, staircases: asked } = current();
    const look = await ask("look", { input, motion, picked, whatIf: asked.whatIf }).catch(
      (error: unknown) => {
        // What was seen before is not what is asked about now.
        change({ look: null, trace: null, picked: null, ...withoutRecording(input) });
        throw error;
      },
    );
    const { step, look: before } = current();
    // Who looked at the end still does.
    const atEnd = before === null || step === before.timesteps;
    change({
      look,
      step: atEnd ? look.timesteps : Math.min(step, look.timesteps),
      trace: look.trace,
      picked: look.trace === null ? null : current().picked,
    });
    const { staircases, wanted } = current();
    const layer = Math.min((wanted ?? staircases).layer, look.layers.length - 1);
    const first = current().picked === null ? livelyNeuron(look, Math.max(0, layer)) : null;
    if (first !== null) await pick(first);
  }),
);

/** A recording was read for one network: another may take others. */
export function withoutRecording({ source }: Input): Partial<PageState> {
  return source === "recording" ? { input: { source: "drawing", strokes: [] } } : {};
}

/** Selects a layer everywhere: its staircase, its raster, and one of its neurons. */
export function selectLayer(layer: number): void {
  const { staircases, look, picked } = current();
  change({ staircases: { ...staircases, layer }, wanted: null });
  if (look === null || picked?.layer === layer) return;
  const neuron = livelyNeuron(look, layer);
  if (neuron !== null) void pick(neuron);
}

export function draw(strokes: readonly Stroke[]): void {
  // As the address has them, so that whoever opens it sees the same.
  show({ source: "drawing", strokes: onGrid(strokes) });
}

/** How a drawing moves, for a network that takes sequences. */
export function setMotion(motion: Motion): void {
  change({ motion });
  look(undefined);
}

/** The held-out sample that is so many further on. */
export function showSample(further: number): void {
  const { input, data, model } = current();
  if (model?.fitsData === false) {
    return change({ notice: { kind: "error", sentence: words.notices.otherSize } });
  }
  const count = data?.test ?? 1;
  const index = input.source === "sample" ? input.index + further : 0;
  show({ source: "sample", index: ((index % count) + count) % count });
}

export function show(input: Input): void {
  // What is drawn is answered at once, and not only when the steps have been played.
  const { playing, look: before } = current();
  change({ input, playing: false, ...(playing && before !== null ? { step: before.timesteps } : {}) });
  look(undefined);
}

export function goToStep(step: number): void {
  change({ step: Math.min(current().look?.timesteps ?? 1, Math.max(1, step)) });
}

export function pick(picked: PickedNeuron): Promise<void> {
  const { staircases } = current();
  change({ picked, staircases: { ...staircases, layer: picked.layer } });
  return told(async () => {
    const trace = await ask("trace", picked);
    if (current().picked === picked) change({ trace });
  });
}

/** What the picked neuron receives at a step; asked for where it is shown. */
export const askArrivals = latestOnly((of: PickedNeuron & { readonly step: number }) =>
  told(async () => change({ arrivals: await ask("arrivals", of) })),
);
