/** One wrong input: what is called, and the sentence it is answered with. */
export type Row = readonly [
  name: string,
  /** May be asynchronous; it must throw. */
  call: () => unknown,
  kind: abstract new (...args: never[]) => Error,
  /** The whole message; a pattern where it counts bytes that depend on what ran before. */
  sentence: string | RegExp,
];
