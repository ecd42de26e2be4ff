/**
 * Every error this library raises on purpose. A message is one sentence or two: what came, what was
 * expected, what to try. Argument errors use the built-in RangeError and TypeError.
 *
 * Messages name what stands in files: whatever a file holds, no message steers the terminal that it is printed on.
 */

import { printable } from "./show.js";

/** A tensor whose shape does not fit the operation or the state it meets. */
export class ShapeError extends RangeError {
  override name = "ShapeError";

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** An object used in the wrong state: before init(), after dispose(), a graph walked twice. */
export class StateError extends Error {
  override name = "StateError";

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** A file or byte sequence that is not what it claims to be. */
export class FormatError extends Error {
  override name = "FormatError";

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** A configuration file or option that cannot be obeyed. */
export class ConfigError extends Error {
  override name = "ConfigError";

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** The backend's memory cannot hold what was asked for. */
export class OutOfMemoryError extends RangeError {
  override name = "OutOfMemoryError";

  constructor(message = "", options?: ErrorOptions) {
    super(printable(message), options);
  }
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
