/** For a part of the page that is loaded when it is needed, and cannot be. */

import { problems } from "../words/problems.js";

export function notLoaded(error: unknown): never {
  throw new Error(problems.file.noReader, { cause: error });
}
