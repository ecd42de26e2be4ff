/** For a part of the page that is loaded when it is needed, and cannot be. */
export function notLoaded(error: unknown): never {
  throw new Error(
    "What reads files of other tools could not be loaded: the server of this page does not answer. Try again when it does.",
    { cause: error },
  );
}
