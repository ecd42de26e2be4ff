/** What comes into the page from files, and goes out to them. */

import type { ImportModelOptions } from "atif";
import { shownDataName } from "../state/data-name.js";
import { notLoaded } from "../state/not-loaded.js";
import { change, current, noTraining } from "../state/page-state.js";
import { recognised } from "../state/recognised.js";
import { words } from "../words/words.js";
import type { DataFiles, DroppedFile } from "../worker/data-files.js";
import type { ModelSummary, Opened } from "../worker/protocol.js";
import { ask } from "./asking.js";
import { show, withoutRecording } from "./looking.js";
import { modelChanged } from "./staircases.js";
import { done, told } from "./told.js";
import { frames } from "./training.js";

/** Files that were dropped or chosen: a model, a data set, or a picture to look at. */
export function takeFiles(files: readonly DroppedFile[]): Promise<void> {
  return told(async () => {
    const found = await recognised(files);
    const { networks, foreign, texts, pictures, idx, recordings } = found;
    const models = networks.length + foreign.length;
    const count = models + pictures.length + idx.length + recordings.length;
    if (models + recordings.length > 0 && count > 1) throw new Error(words.notices.manyFiles(count));
    if (texts.length > 0 && foreign.length === 0 && current().asking === null)
      throw new Error(texts[0].sentence);
    if (foreign.length + texts.length > 0) {
      const { takeForeign } = await import("../foreign/take-foreign.js").catch(notLoaded);
      await takeForeign(found);
    } else if (models > 0) {
      await loadModel(networks[0].file);
    } else if (recordings.length > 0) {
      // Before anything is given up: it may be none that the network takes.
      const name = await ask("recording", recordings[0].file);
      show({ source: "recording", name });
      done(words.notices.recording(name));
    } else if (count === 1 && pictures.length === 1) {
      // Before anything is given up: the browser may not be able to read it.
      const name = await ask("picture", pictures[0].file);
      show({ source: "picture", name });
      done(words.notices.picture(name));
    } else {
      await loadData({ pictures, idx });
    }
  });
}

async function loadModel(file: File): Promise<void> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  opened(await ask("load", { bytes, name: file.name }));
}

/** A file of another tool. */
export function importModel(file: File, options: ImportModelOptions): Promise<Opened> {
  const bytes = file.arrayBuffer().then((buffer) => new Uint8Array(buffer));
  return bytes.then((bytes) => ask("import", { bytes, name: file.name, options }));
}

/** A network came from a file. */
export function opened(model: ModelSummary): void {
  frames.stop();
  change({ model, training: noTraining, picked: null, asking: null, ...withoutRecording(current().input) });
  const { notices, foreign, status } = words;
  const kept = model.report === null ? "" : notices.kept(foreign.verdicts[model.report.verdict]);
  done(notices.loaded(model.fileName ?? status.origins.file, model.kind, model.timesteps) + kept);
  modelChanged();
}

async function loadData(files: DataFiles): Promise<void> {
  const { data, model } = await ask("loadData", { files, settings: current().settings });
  frames.stop();
  change({ data, model, training: noTraining, previous: null, input: { source: "sample", index: 0 } });
  done(words.notices.data(shownDataName(data.name), data.train, data.test));
  modelChanged();
}

/** The name of the file. */
export const SAVED_AS = "model.safetensors";

/** The network as a file. */
export async function saveModel(): Promise<void> {
  await told(async () => {
    download(SAVED_AS, await ask("save", null));
  });
}

/** Hands a file to the browser, which keeps it. */
export function download(name: string, content: BlobPart): void {
  const address = URL.createObjectURL(new Blob([content]));
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 1000);
}
