import { checkInteger } from "../checks.js";
import { counted } from "../counted.js";
import { availableCores } from "../platform/available-cores.js";
import { mostThreads } from "./most-threads.js";

/** The option `threads`: one to a core if it is left out. @throws TypeError, RangeError, naming the function */
export function threadCount(where: string, wanted: number | undefined): number {
  const threads = checkInteger(`${where}: threads`, wanted ?? availableCores(), 1);
  const most = mostThreads();
  if (threads > most) {
    throw new RangeError(
      `${where}: threads is ${threads}; expected at most ${most} on ${counted(availableCores(), "core")}. ` +
        "Leave it out for one to a core.",
    );
  }
  return threads;
}
