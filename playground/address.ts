/**
 * The address and the page say the same: what the reader sets, draws and selects is written into the address, and a link
 * that is pasted into the open page, or the way back to an earlier address, puts the page as it was. Links to a section
 * only move the page.
 */

import { effect } from "@preact/signals";
import { currentAddress } from "./state/current-address.js";
import { addressOf, partsOf, type AddressParts } from "./state/page-address.js";
import { change, current } from "./state/page-state.js";
import { isPanel, withPanel } from "./state/panels.js";
import { settingsOfAddress } from "./state/settings.js";
import { words } from "./words/words.js";

/** Milliseconds: browsers refuse an address for every move of a slider. */
const REST = 250;
let timer: ReturnType<typeof setTimeout> | undefined;

/**
 * Takes what the address says, now and whenever it changes, and writes it from now on.
 * @param restored what is to be done when it has changed: the page shows something else
 */
export function followAddress(restored: () => void): void {
  const parts = partsOf(location.hash);
  if (parts !== null) take(parts);
  else if (settingsOfAddress(location.hash) === null) goToSection(location.hash.slice(1));
  addEventListener("hashchange", () => onAddress(restored));
  effect(() => {
    void currentAddress.value;
    clearTimeout(timer);
    timer = setTimeout(replaceAddress, REST);
  });
}

/** Moves the page to a section; the address keeps what it says. */
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

/** An address that opens this page as it is. */
export function linkTo(hash: string): string {
  return `${location.origin}${location.pathname}${location.search}#${hash}`;
}

function onAddress(restored: () => void): void {
  clearTimeout(timer);
  const { hash } = location;
  if (hash === `#${addressOf(current())}`) return;
  const parts = partsOf(hash);
  if (parts !== null) take(parts);
  else {
    const settings = settingsOfAddress(hash);
    if (settings === null) return goToSection(hash.slice(1));
    change({ settings, shared: null });
  }
  if (parts === null || parts.unusable.length === 0)
    change({ notice: { kind: "done", sentence: words.notices.settings } });
  restored();
}

function take({ settings, input, motion, wanted, shared, unusable }: AddressParts): void {
  change({
    settings,
    shared,
    ...(input === null ? {} : { input }),
    ...(motion === null ? {} : { motion }),
    ...(wanted === null ? {} : { wanted }),
  });
  if (unusable.length > 0) {
    const sentence = words.notices.unusable(unusable.map((part) => words.notices.addressParts[part]));
    change({ notice: { kind: "error", sentence } });
  }
}

function replaceAddress(): void {
  clearTimeout(timer);
  history.replaceState(history.state, "", `#${addressOf(current())}`);
}
