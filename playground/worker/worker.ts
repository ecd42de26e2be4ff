/** The worker's door: one message in, one answer out. */

import type { FromWorker, Request } from "./protocol.js";
import { Session } from "./session.js";
import { toldError } from "./told-error.js";

const say = (message: FromWorker): void => globalThis.postMessage(message);

const session = new Session((event) => say(event));

globalThis.addEventListener("message", ({ data }: MessageEvent<Request>) => void reply(data));

async function reply({ id, name, args }: Request): Promise<void> {
  try {
    const handle = session[name].bind(session) as (args: unknown) => Promise<unknown>;
    const answer = await handle(args);
    say({ type: "answer", id, answer });
  } catch (error) {
    say({ type: "failure", id, error: toldError(error, fileOf(args)) });
  }
}

/** The name of what is to be read, if that is what is asked for. */
function fileOf(args: Request["args"]): string | null {
  const name = args !== null && "name" in args ? args.name : null;
  return typeof name === "string" ? name : null;
}
