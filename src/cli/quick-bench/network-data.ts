/** What the network that is timed is trained on: Fashion-MNIST, or the built-in digits enlarged. */

import { existsSync } from "node:fs";
import { Dataset, type TrainTest } from "../../datasets/dataset.js";
import { loadDigits } from "../../datasets/digits.js";
import { FASHION_MNIST_CLASSES } from "../../datasets/fashion-mnist-classes.js";
import { loadIdxFolder } from "../../datasets/idx-folder.js";

const DEBIAN_FOLDER = "/usr/share/datasets/fashion-mnist";
const SIDE = 28;

export interface NetworkData extends TrainTest {
  /** What it is, and why if it is not Fashion-MNIST. */
  readonly source: string;
}

/** @param folder that was named; it must then be there */
export async function loadNetworkData(folder: string | undefined, quick: boolean): Promise<NetworkData> {
  const options = { name: "Fashion-MNIST", classNames: FASHION_MNIST_CLASSES };
  if (folder !== undefined)
    return { ...(await loadIdxFolder(folder, options)), source: `IDX files in ${folder}` };
  if (!quick && existsSync(DEBIAN_FOLDER)) {
    return { ...(await loadIdxFolder(DEBIAN_FOLDER, options)), source: `Fashion-MNIST in ${DEBIAN_FOLDER}` };
  }
  const { train, test } = await loadDigits();
  const why = quick
    ? "--quick"
    : `there is no ${DEBIAN_FOLDER}; name a folder with --data, or apt install dataset-fashion-mnist`;
  return {
    train: enlarge(train),
    test: enlarge(test),
    source: `the built-in digits enlarged to ${SIDE} x ${SIDE} (${why})`,
  };
}

/** 8 x 8 pixels as 28 x 28: each three times in both directions, with a border of two zeros. */
function enlarge(digits: Dataset): Dataset {
  const [side] = digits.sampleShape;
  const [scale, border] = [3, 2];
  const small = digits.toFloat32();
  const x = new Float32Array(digits.length * SIDE * SIDE);
  for (let sample = 0; sample < digits.length; sample++) {
    for (let row = 0; row < side * scale; row++) {
      for (let column = 0; column < side * scale; column++) {
        const from = (sample * side + Math.floor(row / scale)) * side + Math.floor(column / scale);
        x[(sample * SIDE + row + border) * SIDE + column + border] = small[from];
      }
    }
  }
  return new Dataset({
    name: digits.name,
    x,
    labels: digits.labels,
    sampleShape: [SIDE, SIDE, 1],
    classes: digits.classes,
  });
}
