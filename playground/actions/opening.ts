/** How the page begins: with the network that comes with it, and with what its address says. */

import { followAddress } from "../address.js";
import shippedModel from "../generated/digits.safetensors?url";
import { fetchModel, modelAddress } from "../model-address.js";
import { change, current, firstInput } from "../state/page-state.js";
import type { Language } from "../words/languages.js";
import { words } from "../words/words.js";
import { ask, listen } from "./asking.js";
import { takeFiles } from "./files.js";
import { look } from "./looking.js";
import { modelChanged, placeStaircases } from "./staircases.js";
import { complain, told } from "./told.js";
import { onEvent } from "./training.js";

/** Loads the library, the data and the model that come with the page. @param language in which the worker says what is wrong */
export async function open(language: Language): Promise<void> {
  listen(onEvent);
  followAddress(restored);
  await told(async () => {
    const address = new URL(shippedModel, document.baseURI).href;
    const { problem, ...opened } = await ask("open", {
      shippedModel: address,
      settings: current().settings,
      language,
    });
    change(opened);
    showOpeningSample();
    checkSample();
    if (problem !== null) change({ notice: { kind: "error", sentence: problem } });
    modelChanged();
  });
  if (current().engine === null) change({ failed: true });
  else await openFromAddress();
}

/** The held-out image that the network changes its mind about, unless something else is asked for. */
function showOpeningSample(): void {
  const { model, input } = current();
  const index = model?.facts.openingSample;
  if (typeof index === "number" && input === firstInput) change({ input: { source: "sample", index } });
}

/** The network that the address of the page names, if it does. */
async function openFromAddress(): Promise<void> {
  const given = modelAddress(location.search);
  if (given === null) return;
  await told(async () => {
    const file = await fetchModel(given, document.baseURI);
    await takeFiles([{ path: `/${file.name}`, file }]);
  });
}

/** The address has changed, and with it what is to be shown. */
function restored(): void {
  checkSample();
  look(undefined);
  placeStaircases();
}

/** An address may name a held-out image that there is not. */
function checkSample(): void {
  const { input, data } = current();
  if (input.source !== "sample" || data === null || input.index < data.test) return;
  change({ input: { source: "sample", index: 0 } });
  complain(words.notices.noSample(input.index + 1, data.test));
}
