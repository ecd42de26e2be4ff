/** The image as the network got it; of a sequence, what it got at the step that is shown. */

import { PixelImage } from "../charts/pixel-image.js";
import { eventParts } from "../events/late-events.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";

const step = select((state) => state.step);

export function Seen({ look: { image, imageShape, sequence, timesteps } }: { look: Look }) {
  if (sequence !== null) {
    const Picture = eventParts()?.FramePicture;
    return Picture === undefined ? (
      <canvas class="layer-picture" aria-hidden="true" />
    ) : (
      <Picture sequence={sequence} step={Math.min(step.value, timesteps)} class="layer-picture" />
    );
  }
  const [height = 1, width = 1, channels = 1] = imageShape.length === 3 ? imageShape : [1, image.length, 1];
  const grey = channels === 1 ? image : image.filter((_, i) => i % channels === 0);
  const most = grey.reduce((a, b) => Math.max(a, b), 1e-9);
  return (
    <PixelImage
      class="layer-picture"
      values={grey}
      width={width}
      height={height}
      most={Math.max(1, most)}
      label={words.draw.seen}
    />
  );
}
