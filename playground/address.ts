/**
 * The address and the sliders say the same: sliders write the address, and a link that is pasted into the open page, or
 * the way back to an earlier address, moves the sliders. Links to a section only move the page.
 */

import { change, current } from "./state/page-state.js";
import { isPanel, withPanel } from "./state/panels.js";
import { settingsOfAddress, settingsToHash } from "./state/settings.js";
import { words } from "./words/words.js";

/** Milliseconds: browsers refuse an address for every move of a slider. */
const REST = 250;
let timer: ReturnType<typeof setTimeout> | undefined;

/** Takes the settings of the address, now and whenever it changes. */
export function followAddress(): void {
  const settings = settingsOfAddress(location.hash);
  if (settings === null) goToSection(location.hash.slice(1));
  else change({ settings });
  addEventListener("hashchange", onAddress);
}

/** The sliders have moved: the address follows when they rest. */
export function writeAddress(): void {
  clearTimeout(timer);
  timer = setTimeout(replaceAddress, REST);
}

/** Moves the page to a section; the address keeps its settings. */
export function goToSection(id: string): void {
  if (isPanel(id)) change({ open: withPanel(current().open, id, true) });
  const section = document.getElementById(id);
  if (section !== null) {
    section.scrollIntoView();
    // Where the keyboard goes on from, as behind any link; it is no stop of its own.
    section.tabIndex = -1;
    section.focus({ preventScroll: true });
    section.addEventListener("blur", () => section.removeAttribute("tabindex"), { once: true });
  }
  replaceAddress();
}

function onAddress(): void {
  clearTimeout(timer);
  const settings = settingsOfAddress(location.hash);
  if (settings === null) return goToSection(location.hash.slice(1));
  if (settingsToHash(settings) === settingsToHash(current().settings)) return;
  change({ settings, notice: { kind: "done", sentence: words.notices.settings } });
}

function replaceAddress(): void {
  history.replaceState(null, "", `#${settingsToHash(current().settings)}`);
}
