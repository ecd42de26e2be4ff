/** The ranks of one training, over MPI. */

import type { Message, Team } from "../../experiment/team.js";
import type { Communicator } from "../../parallel/communicator.js";
import type { MpiCommunicator } from "./communicator.js";

/** What it needs of one. */
export type TeamCommunicator = Communicator &
  Pick<
    MpiCommunicator,
    "meetAtLast" | "meet" | "beginTraining" | "stepDone" | "apart" | "finalize" | "isOver"
  >;

const KINDS: readonly Message["kind"][] = ["experiment", "run", "skip", "state", "over"];

export class MpiTeam<Ranks extends TeamCommunicator = TeamCommunicator> implements Team {
  readonly communicator: Ranks;

  constructor(communicator: Ranks) {
    this.communicator = communicator;
  }

  get isFirst(): boolean {
    return this.communicator.rank === 0;
  }

  send(message: Message): void {
    if (this.communicator.isOver) return;
    const bytes = "bytes" in message ? message.bytes : new Uint8Array(0);
    this.#passOn(KINDS.indexOf(message.kind), bytes);
    this.#ready(message.kind);
  }

  receive(): Message {
    const { kind, bytes } = this.#passOn(0, null);
    this.#ready(kind);
    return kind === "experiment" || kind === "state" ? { kind, bytes } : { kind };
  }

  /** @param given null: those of rank 0 are taken */
  #passOn(number: number, given: Uint8Array | null): { kind: Message["kind"]; bytes: Uint8Array } {
    const { communicator } = this;
    communicator.meetAtLast();
    const head = new Float64Array([number, given?.length ?? 0]);
    communicator.broadcast(new Uint8Array(head.buffer));
    const bytes = given ?? new Uint8Array(head[1]);
    communicator.broadcast(bytes);
    return { kind: KINDS[head[0]], bytes };
  }

  /** After the state all train; after anything else each prepares something by itself. */
  #ready(kind: Message["kind"]): void {
    if (kind === "state") this.communicator.beginTraining();
    else this.communicator.apart();
  }

  stepDone(isLong: boolean): boolean {
    const { communicator } = this;
    const long = new Int32Array([isLong ? 1 : 0]);
    communicator.max(long);
    communicator.stepDone();
    if (long[0] === 0) return false;
    communicator.apart();
    return true;
  }

  meet(): void {
    this.communicator.meet();
  }

  leave(): void {
    if (!this.communicator.isOver) this.communicator.finalize();
  }
}
