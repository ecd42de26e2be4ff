/** Recordings that are files of this computer; for Node. */

import { checkOptions } from "../../checks.js";
import type { Events } from "../../datasets/events/events.js";
import { FileError, fileErrorFrom } from "../../platform/file-errors.js";
import { nodeModule } from "../../platform/node-module.js";
import { show } from "../../show.js";
import type { SizedPieces } from "./event-bytes.js";
import { readEvents, streamEvents, type ReadAllOptions, type ReadEventsOptions } from "./read-events.js";

type FileSystem = typeof import("node:fs/promises");

const PIECE = 2 ** 18;

/**
 * The events of a file, chunk by chunk: streamEvents, of the pieces of a file.
 *
 * @throws FileError if it cannot be read, or is no regular file; as streamEvents
 */
export async function* streamEventFile(
  path: string,
  options: Omit<ReadEventsOptions, "name"> = {},
): AsyncGenerator<Events, void, undefined> {
  const bytes = await piecesOf("streamEventFile", path);
  yield* streamEvents(bytes, { ...options, name: path });
}

/** All events of a file: readEvents. @throws FileError if it cannot be read, or is no regular file; as readEvents */
export async function loadEvents(path: string, options: Omit<ReadAllOptions, "name"> = {}): Promise<Events> {
  checkOptions("loadEvents", options, [
    ...["format", "sensorShape", "columns", "timeUnit", "stream", "unzstd", "maxEvents"],
  ]);
  return readEvents(await piecesOf("loadEvents", path), { ...options, name: path });
}

/** It is open from the first piece to the last. */
async function piecesOf(where: string, path: string): Promise<SizedPieces> {
  if (typeof path !== "string" || path === "")
    throw new TypeError(`${where}: the path is ${show(path)}; expected that of a recording.`);
  const fs = nodeModule<FileSystem>("node:fs/promises");
  let size: number;
  try {
    // Looked at before it is opened: opening a pipe would wait for its writer.
    const status = await fs.stat(path);
    if (!status.isFile()) {
      throw new FileError(
        `cannot read ${path}: it is no regular file; expected a recording. Name another.`,
        status.isDirectory() ? "EISDIR" : "EINVAL",
        path,
      );
    }
    ({ size } = status);
  } catch (error) {
    throw fileErrorFrom(error, "read", path);
  }
  return { size, [Symbol.asyncIterator]: () => pieces(fs, path, size) };
}

async function* pieces(
  fs: FileSystem,
  path: string,
  size: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  const file = await fs.open(path).catch((error: unknown) => {
    throw fileErrorFrom(error, "read", path);
  });
  try {
    for (let at = 0; at < size;) {
      const { bytesRead, buffer } = await file.read(new Uint8Array(Math.min(PIECE, size - at)), 0, null, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    throw fileErrorFrom(error, "read", path);
  } finally {
    await file.close();
  }
}
