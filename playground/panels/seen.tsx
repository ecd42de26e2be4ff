/** The image as the network got it. */

import { PixelImage } from "../charts/pixel-image.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";

export function Seen({ look: { image, imageShape } }: { look: Look }) {
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
