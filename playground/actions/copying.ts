/** What is taken along by the clipboard. */

import { linkTo } from "../address.js";
import { addressOf } from "../state/page-address.js";
import { current } from "../state/page-state.js";
import { words } from "../words/words.js";
import { done, told } from "./told.js";

export function copyLink(): Promise<void> {
  return copyText(linkTo(addressOf(current())), words.notices.copied);
}

/** @param sentence that tells that it is copied */
export function copyText(text: string, sentence: string): Promise<void> {
  return told(async () => {
    try {
      await navigator.clipboard.writeText(text);
    } catch {
      throw new Error(words.notices.notCopied);
    }
    done(sentence);
  });
}
