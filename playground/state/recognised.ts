/** The files that the reader gives, sorted by what they are. Of each only what says it is read. */

import { problems } from "../words/problems.js";
import type { DroppedFile } from "../worker/data-files.js";
import { END_BYTES, isBesidesThePoint, isZip, kindOf, START_BYTES } from "./file-kinds.js";

/** Text that may describe a network, and what to say if there is none that it could describe. */
export interface DroppedText {
  readonly file: File;
  readonly sentence: string;
}

export interface RecognisedFiles {
  /** As this library writes them. */
  readonly networks: readonly DroppedFile[];
  /** Of other tools. */
  readonly foreign: readonly DroppedFile[];
  readonly texts: readonly DroppedText[];
  readonly pictures: readonly DroppedFile[];
  readonly idx: readonly DroppedFile[];
  /** Of events, or arrays with time steps. */
  readonly recordings: readonly DroppedFile[];
}

/** @throws Error with a sentence about the first file that is of no use, or if there is none */
export async function recognised(files: readonly DroppedFile[]): Promise<RecognisedFiles> {
  const meant = files.filter(({ file }) => !isBesidesThePoint(file.name));
  if (meant.length === 0) {
    throw new Error(problems.file.none);
  }
  const lists = (): DroppedFile[] => [];
  const found = {
    networks: lists(),
    foreign: lists(),
    pictures: lists(),
    idx: lists(),
    recordings: lists(),
    texts: [] as DroppedText[],
  };
  for (const dropped of meant) {
    const { file } = dropped;
    const { name, type, size } = file;
    const start = await bytesOf(file, 0, START_BYTES);
    const end = isZip(start) ? { end: await bytesOf(file, Math.max(0, size - END_BYTES), END_BYTES) } : {};
    const known = kindOf({ name, type, size, start, ...end });
    switch (known.kind) {
      case "other":
        throw new Error(known.sentence);
      case "text":
        found.texts.push({ file, sentence: known.sentence });
        break;
      case "foreign":
        found.foreign.push(dropped);
        break;
      case "idx":
        found.idx.push(dropped);
        break;
      case "recording":
        found.recordings.push(dropped);
        break;
      case "picture":
        found.pictures.push(dropped);
        break;
      case "safetensors":
        ((await isOwn(file, known.headerBytes)) ? found.networks : found.foreign).push(dropped);
        break;
    }
  }
  return found;
}

/** From the header alone: the weights may be of any size. One that is not whole is left to who reads the file. */
async function isOwn(file: File, headerBytes: number): Promise<boolean> {
  if (8 + headerBytes > file.size) return true;
  return new TextDecoder().decode(await bytesOf(file, 8, headerBytes)).includes('"atif.format"');
}

async function bytesOf(file: File, from: number, count: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, from + count).arrayBuffer());
}
