/** From what the reader asks to be looked at to what the network is shown: an image, or another input at each time step. */

import type { Dataset, ModelFacts, SpikingModel } from "atif";
import type { Picture } from "../pictures/picture.js";
import { preparePicture } from "../pictures/prepare-picture.js";
import { readPicture } from "../pictures/read-picture.js";
import type { Motion } from "../state/motion.js";
import { problems } from "../words/problems.js";
import { loadSequences, sequences } from "./late-sequences.js";
import { preparationFor } from "./model-facts.js";
import { imageOfDrawing } from "./network-input.js";
import type { Input } from "./protocol.js";
import type { MadeSequence } from "./sequences.js";
import type { TimeInData } from "./time-in-data.js";
import { viewShape } from "./view-shape.js";

/** Who is to look. */
export interface Looking {
  readonly model: SpikingModel;
  readonly facts: ModelFacts;
  /** null: it takes what stands still. */
  readonly time: TimeInData | null;
}

export interface Shown {
  /** That was really taken: of pictures, there is only the last. */
  readonly input: Input;
  /** [H, W, C]; of a sequence the image that it was made of, empty if it was made of none. */
  readonly image: Float32Array;
  readonly label: number | null;
  /** null: the image, the same at every step. */
  readonly sequence: MadeSequence | null;
}

type ImageShape = readonly [height: number, width: number, channels: number];

const NO_IMAGE = new Float32Array(0);

export class ShownInput {
  /** The picture that was dropped last. */
  #picture: Picture | null = null;
  /** As it was prepared last. */
  #seen: { readonly picture: Picture; readonly key: string; readonly image: Float32Array } | null = null;
  /** The recording that was dropped last, as the network that was there takes it. */
  #recording: { readonly name: string; readonly shape: string; readonly made: MadeSequence } | null = null;

  /** @returns its name */
  async takePicture(file: File): Promise<string> {
    const picture = await readPicture(file, file.name);
    this.#picture = picture;
    return picture.name;
  }

  /** @returns its name. @throws Error with a sentence, where the network does not take it */
  async takeRecording(file: File, { model, time }: Looking): Promise<string> {
    const { cutFor, readRecording } = await loadSequences();
    const recording = await readRecording(file, model);
    const made = await cutFor(recording, model, time ?? { integration: null, maxCount: null });
    this.#recording = { name: recording.name, shape: model.inputShape.join(), made };
    return recording.name;
  }

  /** @param held held-out data that the network fits, asked for where it is to look at one of their samples */
  shown(input: Input, motion: Motion, looking: Looking, held: () => Dataset): Shown {
    const { model, time } = looking;
    switch (input.source) {
      case "recording": {
        const last = this.#recording;
        if (last?.shape !== model.inputShape.join()) throw new Error(problems.recording.none);
        const { name, made } = last;
        return { input: { source: "recording", name }, image: NO_IMAGE, label: null, sequence: made };
      }
      case "sample": {
        const test = held();
        const index = input.index % test.length;
        const { x, labels } = test.batch([index]);
        if (time === null) return { input, image: x, label: labels[0], sequence: null };
        const sequence = sequences().sequenceOfSample(test, index, time);
        return { input, image: NO_IMAGE, label: labels[0], sequence };
      }
      case "drawing":
      case "picture": {
        const shape = shapeToDraw(looking);
        // Nothing can be drawn for some: they are shown that.
        const image = shape === null ? new Float32Array(1) : this.#imageOf(input, shape, looking.facts);
        const sequence = time === null ? null : sequences().sequenceOfImage(image, model, time, motion);
        return { input: this.#taken(input), image, label: null, sequence };
      }
    }
  }

  #taken(input: Input): Input {
    return input.source === "picture" ? { source: "picture", name: this.#picture?.name ?? "" } : input;
  }

  #imageOf(
    input: Extract<Input, { source: "picture" | "drawing" }>,
    shape: ImageShape,
    facts: ModelFacts,
  ): Float32Array {
    if (input.source === "drawing") return imageOfDrawing(input.strokes, shape);
    if (this.#picture === null) throw new Error(problems.picture.none);
    return this.#prepared(this.#picture, shape, facts);
  }

  /** A network that learns looks at the same picture again and again: it is prepared once. */
  #prepared(picture: Picture, shape: readonly number[], facts: ModelFacts): Float32Array {
    const preparation = preparationFor(shape, facts);
    const key = `${preparation} ${shape.join()}`;
    if (this.#seen?.picture !== picture || this.#seen.key !== key) {
      this.#seen = { picture, key, image: preparePicture(picture, shape, preparation) };
    }
    return this.#seen.image;
  }
}

/** The image that is drawn for a network; null: nothing can be drawn for it. */
export function shapeToDraw({ model, time }: Looking): ImageShape | null {
  return time === null ? viewShape(model.inputShape) : sequences().shapeToDraw(model, time);
}
