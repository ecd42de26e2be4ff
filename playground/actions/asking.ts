/** The one worker of the page: who asks it, and who hears what it reports. */

import { Engine } from "../engine.js";
import { change } from "../state/page-state.js";
import type { WorkerEvent } from "../worker/protocol.js";

let heard: (event: WorkerEvent) => void;
const engine = new Engine((event) => heard(event), onCrash);

/** Before anything is asked: nothing is reported until then. */
export function listen(onEvent: (event: WorkerEvent) => void): void {
  heard = onEvent;
}

/** For panels that are loaded when they are needed. */
export const ask: Engine["ask"] = (name, args) => engine.ask(name, args);

function onCrash(sentence: string): void {
  change({ notice: { kind: "error", sentence }, failed: true });
}
