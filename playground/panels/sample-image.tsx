/** What stands in the square while it is not drawn on: a held-out image, or a picture that was dropped. Drawing replaces it. */

import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";
import { Seen } from "./seen.js";

export function SampleImage({ look }: { look: Look }) {
  return (
    <div class="sample-image" aria-hidden="true">
      <Seen look={look} />
      <span>{words.draw.orDraw}</span>
    </div>
  );
}
