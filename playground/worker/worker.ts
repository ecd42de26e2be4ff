/** The worker's door: one message in, one answer out. */

import type { FromWorker, Request } from "./protocol.js";
import { Session } from "./session.js";

const say = (message: FromWorker): void => globalThis.postMessage(message);

const session = new Session((event) => say(event));

globalThis.addEventListener("message", ({ data }: MessageEvent<Request>) => void reply(data));

async function reply({ id, name, args }: Request): Promise<void> {
  try {
    const handle = session[name].bind(session) as (args: unknown) => Promise<unknown>;
    const answer = await handle(args);
    say({ type: "answer", id, answer });
  } catch (error) {
    say({ type: "failure", id, message: error instanceof Error ? error.message : String(error) });
  }
}
