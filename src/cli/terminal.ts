/** The two output streams: results go to stdout, everything said on the way to stderr. */

/** What is used of a Node stream; tests give their own. */
export interface TextStream {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

export interface OutputModes {
  /** One JSON object on stdout and no text. */
  readonly json?: boolean;
  /** Nothing but results, warnings and errors. */
  readonly quiet?: boolean;
}

export class Terminal {
  readonly json: boolean;
  readonly quiet: boolean;
  readonly out: TextStream;
  readonly err: TextStream;
  readonly #environment: Readonly<Record<string, string | undefined>>;

  constructor(
    modes: OutputModes,
    out: TextStream = process.stdout,
    err: TextStream = process.stderr,
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ) {
    this.json = modes.json ?? false;
    this.quiet = modes.quiet ?? false;
    this.out = out;
    this.err = err;
    this.#environment = environment;
  }

  /** A line of the result. Nothing in JSON mode and with --quiet. */
  print(line = ""): void {
    if (!this.json && !this.quiet) this.out.write(`${line}\n`);
  }

  /** The one JSON object of a command; nothing outside of JSON mode. */
  answer(value: object): void {
    if (this.json)
      this.out.write(`${JSON.stringify(value, null, this.out.isTTY === true ? 2 : undefined)}\n`);
  }

  warn(sentence: string): void {
    this.err.write(`atif: warning: ${sentence}\n`);
  }

  bold(text: string): string {
    return this.#style("1", text);
  }

  dim(text: string): string {
    return this.#style("2", text);
  }

  #style(code: string, text: string): string {
    return usesColour(this.out, this.#environment) ? `\u001b[${code}m${text}\u001b[0m` : text;
  }
}

/** Escape codes are for terminals that want them. @source no-color.org */
export function usesColour(
  stream: TextStream,
  environment: Readonly<Record<string, string | undefined>>,
): boolean {
  const { NO_COLOR, TERM } = environment;
  return stream.isTTY === true && (NO_COLOR ?? "") === "" && TERM !== "dumb";
}

let outputFailure: NodeJS.ErrnoException | null = null;

/** A reader that has gone away, as `head` does, ends the output and not the command. */
export function watchOutput(): void {
  process.stderr.on("error", () => undefined);
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE" && error.code !== "ERR_STREAM_DESTROYED") outputFailure ??= error;
  });
}

/** Waits until everything written has left the process. @returns why results could not be written, if that is so */
export async function drained(): Promise<Error | null> {
  await Promise.all([process.stdout, process.stderr].map(drain));
  await new Promise((resolve) => setImmediate(resolve));
  return outputFailure;
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    if (stream.destroyed || stream.writableLength === 0) resolve();
    else stream.write("", () => resolve());
  });
}
