/** What `atif export --to html` has put into the file. */

import type { StandaloneFacts } from "../src/cli/exports/filled-page.js";

export interface Filled {
  readonly facts: StandaloneFacts;
  /** A model file. */
  readonly model: Uint8Array;
  /** Of facts.samples. */
  readonly samples: Uint8Array<ArrayBuffer>;
}

/** @throws Error for a file that was cut off, or never filled in */
export function filled(): Filled {
  try {
    return {
      facts: JSON.parse(new TextDecoder().decode(bytesIn("facts"))) as StandaloneFacts,
      model: bytesIn("model"),
      samples: bytesIn("samples"),
    };
  } catch (cause) {
    throw new Error(
      "This file holds no network: it is damaged, or was never filled in by atif export --to html.",
      { cause },
    );
  }
}

function bytesIn(id: string): Uint8Array<ArrayBuffer> {
  const binary = atob(document.getElementById(id)?.textContent ?? "");
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}
