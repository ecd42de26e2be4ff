/** What shows sequences: loaded with the first network that takes some. */

export { default as styles } from "./events.css?inline";
export { EventView } from "./event-view.js";
export { briefly, FramePicture } from "./frame-picture.js";
export { MotionChoice } from "./motion-choice.js";
export { sentenceOnSequence } from "./sequence-sentence.js";
export { eventWords, speakOfEvents } from "../words/event-words.js";
