/** Whether all ranks do the same work: they were given the same run, and what they have learned has the same bits. */

import { StateError } from "../errors.js";
import { bytesOf, hash, type Fingerprint } from "../training/fingerprint.js";
import type { ParallelStep } from "../training/parallel-training.js";
import { agree, broadcastText } from "./agreement.js";
import type { Communicator } from "./communicator.js";

/** @throws StateError on all ranks, naming the first that was given something else than rank 0 */
export function checkSameRun(communicator: Communicator, own: Fingerprint): void {
  const { rank } = communicator;
  const first = JSON.parse(broadcastText(communicator, 0, JSON.stringify(own))) as Fingerprint;
  const names = Object.keys({ ...first, ...own });
  const differing = names.find((name) => own[name] !== first[name]);
  const thrown =
    differing === undefined
      ? undefined
      : new StateError(
          `rank ${rank} was given another run than rank 0: its ${differing} is ${shortened(own[differing])}, ` +
            `that of rank 0 ${shortened(first[differing])}; expected the same experiment and data on all ranks.`,
        );
  agree(communicator, { thrown });
}

function shortened(text: string | undefined): string {
  if (text === undefined) return "missing";
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}

/** @throws StateError on all ranks, naming the first that is elsewhere than rank 0, or has other weights */
export function checkSameState(communicator: Communicator, { model, settings, epoch, batch }: ParallelStep): void {
  const { rank, size } = communicator;
  const parts = [...model.namedParameters(), ...model.namedBuffers()];
  const weights = parts.reduce((h, [, { data }]) => hash(bytesOf(data), h), 0);
  const { steps, moves, arrays } = settings.optimizer.state();
  const ownArrays = Object.values(arrays).flat();
  const kept = [Float64Array.of(steps, ...moves), ...ownArrays].reduce((h, each) => hash(bytesOf(each), h), 0);
  const own = [epoch, batch, weights, kept];
  // A slot for each rank, which it alone writes.
  const all = new Float64Array(size * own.length);
  all.set(own, rank * own.length);
  communicator.sum(all);
  const numberOf = (each: number, i: number): number => all[each * own.length + i];
  for (let each = 1; each < size; each++) {
    const i = own.findIndex((_, i) => numberOf(each, i) !== numberOf(0, i));
    if (i < 0) continue;
    const where = (rank: number): string => `batch ${numberOf(rank, 1)} of epoch ${numberOf(rank, 0) + 1}`;
    throw new StateError(
      i < 2
        ? `rank ${each} begins after ${where(each)}, but rank 0 after ${where(0)}; expected the same checkpoint on all ranks.`
        : `rank ${each} has other ${i === 2 ? "weights" : "numbers of the optimizer"} than rank 0 in epoch ${epoch + 1}; expected the ` +
            "same bits. Use one build of one version on all machines, and go on from the last checkpoint.",
    );
  }
}
