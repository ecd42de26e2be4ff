/**
 * Every error this library raises on purpose. A message is one sentence or two: what came, what was
 * expected, what to try. Argument errors use the built-in RangeError and TypeError.
 */

/** A tensor whose shape does not fit the operation or the state it meets. */
export class ShapeError extends RangeError {
  override name = "ShapeError";
}

/** An object used in the wrong state: before init(), after dispose(), a graph walked twice. */
export class StateError extends Error {
  override name = "StateError";
}

/** A file or byte sequence that is not what it claims to be. */
export class FormatError extends Error {
  override name = "FormatError";
}

/** A configuration file or option that cannot be obeyed. */
export class ConfigError extends Error {
  override name = "ConfigError";
}

/** The backend's memory cannot hold what was asked for. */
export class OutOfMemoryError extends RangeError {
  override name = "OutOfMemoryError";
}

/** The message of anything that was thrown. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
