/** The files that the reader gives, sorted by what they are. Of each only what says it is read. */

import type { DroppedFile } from "../worker/data-files.js";
import { isBesidesThePoint, kindOf, START_BYTES } from "./file-kinds.js";

export interface RecognisedFiles {
  readonly networks: readonly DroppedFile[];
  readonly pictures: readonly DroppedFile[];
  readonly idx: readonly DroppedFile[];
}

/** @throws Error with a sentence about the first file that is of no use, or if there is none */
export async function recognised(files: readonly DroppedFile[]): Promise<RecognisedFiles> {
  const meant = files.filter(({ file }) => !isBesidesThePoint(file.name));
  if (meant.length === 0) {
    throw new Error("No file came; expected model.safetensors, IDX files as MNIST has them, or pictures.");
  }
  const found = { networks: [] as DroppedFile[], pictures: [] as DroppedFile[], idx: [] as DroppedFile[] };
  for (const dropped of meant) {
    const { file } = dropped;
    const { name, type, size } = file;
    const known = kindOf({ name, type, size, start: await bytesOf(file, 0, START_BYTES) });
    switch (known.kind) {
      case "other":
        throw new Error(known.sentence);
      case "idx":
        found.idx.push(dropped);
        break;
      case "picture":
        found.pictures.push(dropped);
        break;
      case "safetensors":
        await checkNetwork(file, known.headerBytes);
        found.networks.push(dropped);
        break;
    }
  }
  return found;
}

/** From the header alone: the weights may be of any size. A header that is not whole is left to who reads the file. */
async function checkNetwork(file: File, headerBytes: number): Promise<void> {
  if (8 + headerBytes > file.size) return;
  const header = new TextDecoder().decode(await bytesOf(file, 8, headerBytes));
  if (header.includes('"atif.format"')) return;
  throw new Error(
    `${file.name} holds weights without a network; expected model.safetensors, as atif train and this page save networks. ` +
      "In code, readStateDict reads the weights, and loadStateDict gives them to a network that you build.",
  );
}

async function bytesOf(file: File, from: number, count: number): Promise<Uint8Array> {
  return new Uint8Array(await file.slice(from, from + count).arrayBuffer());
}
