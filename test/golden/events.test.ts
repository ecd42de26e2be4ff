/** The reference's frames of events, their labels and groups. Where it stops, what stands in the head of integrate-events.ts. */

import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Events } from "../../src/datasets/events/events.js";
import { groupFrames, splitToTimesteps } from "../../src/datasets/events/group-frames.js";
import {
  integrateEvents,
  type EventFrames,
  type Integration,
} from "../../src/datasets/events/integrate-events.js";
import { sizeOf } from "../../src/shapes.js";

interface Sample {
  readonly t: readonly number[];
  readonly x: readonly number[];
  readonly y?: readonly number[];
  readonly p: readonly number[];
  /** One of the recording, or one per event. */
  readonly label: number | readonly number[];
}

type Operation =
  | { readonly kind: "IntegrateEventsByFixedDuration"; readonly duration: number }
  | {
      readonly kind: "IntegrateEventsByFixedFramesNumber";
      readonly split_by: "number" | "time";
      readonly frames_num: number;
    }
  | { readonly kind: "Group2TimeStepsBySample"; readonly timesteps: number }
  /** Labels as rows of the unit matrix: the library has class numbers all the way. */
  | { readonly kind: "Class2BinMatrix"; readonly classes: number };

type Integrating = Extract<Operation, { kind: `Integrate${string}` }>;

interface Step {
  readonly op: Operation;
  readonly out?: {
    readonly shape: readonly number[];
    /** Index and value. */
    readonly nonzero: readonly (readonly number[])[];
    /** A label per frame, or per group. */
    readonly y: readonly number[];
  };
  readonly error?: string;
}

interface Case {
  readonly name: string;
  readonly samples: readonly Sample[];
  readonly w: number;
  readonly h: number;
  readonly dims: 1 | 2;
  readonly steps: readonly Step[];
}

const golden = JSON.parse(readFileSync(new URL("events.json", import.meta.url), "utf8")) as {
  readonly cases: readonly Case[];
  readonly split2timesteps: {
    readonly x: readonly number[][][];
    readonly chunks: number;
    readonly shape: readonly number[];
    readonly out: readonly number[][][][];
  };
};

function eventsOf({ w, h, dims }: Case, { t, x, y, p, label }: Sample): Events {
  return {
    t: Float64Array.from(t),
    x: Uint16Array.from(x),
    ...(dims === 2 && y !== undefined ? { y: Uint16Array.from(y) } : {}),
    p: Uint8Array.from(p),
    width: w,
    height: h,
    labels: typeof label === "number" ? new Int32Array(t.length).fill(label) : Int32Array.from(label),
  };
}

function integrationOf(op: Integrating): Integration {
  return op.kind === "IntegrateEventsByFixedDuration"
    ? { duration: op.duration }
    : { frames: op.frames_num, by: op.split_by };
}

/** The frames of all samples after the given step. */
function framesAfter(each: Case, last: number): EventFrames[] {
  return each.samples.map((sample) => {
    let frames: EventFrames | undefined;
    for (const { op } of each.steps.slice(0, last + 1)) {
      if (op.kind === "Group2TimeStepsBySample") {
        if (frames !== undefined) frames = groupFrames(frames, op.timesteps);
      } else if (op.kind !== "Class2BinMatrix")
        frames = integrateEvents(eventsOf(each, sample), integrationOf(op));
    }
    if (frames === undefined) throw new Error(`${each.name}: no step integrates`);
    return frames;
  });
}

/** Of a sparse list: the array that it stands for. */
function dense(shape: readonly number[], nonzero: readonly (readonly number[])[]): number[] {
  const values = new Array<number>(sizeOf(shape)).fill(0);
  for (const entry of nonzero)
    values[shape.reduce((at, dimension, axis) => at * dimension + entry[axis], 0)] = entry[shape.length];
  return values;
}

describe("the reference's frames", () => {
  for (const each of golden.cases)
    each.steps.forEach(({ op, out }, k) => {
      if (out === undefined || op.kind === "Class2BinMatrix") return;
      it(`${each.name}: ${op.kind}`, () => {
        const frames = framesAfter(each, k);
        const count = frames.reduce((sum, { shape }) => sum + shape[0], 0);
        expect([count, ...frames[0].shape.slice(1)]).toEqual(out.shape);
        expect(frames.flatMap(({ x }) => [...x])).toEqual(dense(out.shape, out.nonzero));
        expect(frames.flatMap(({ labels = [] }) => [...labels])).toEqual(out.y);
      });
    });

  it("counts into empty windows and single instants, where the reference stops", () => {
    const stopped = golden.cases.filter(({ steps }) => steps.some(({ error }) => error !== undefined));
    expect(stopped.map(({ name }) => name)).toEqual(["edge_single_timestamp", "edge_time_split_gap"]);
    const [[instant], [gap]] = stopped.map((each) => framesAfter(each, 0));
    expect(instant.shape).toEqual([1, 2, 2, 2]);
    expect([...instant.x]).toEqual([0, 3, 0, 0, 0, 0, 0, 0]);
    // windows of 333 us: two events in the first, none in the second, the last in the third
    expect([...gap.x.filter((_, i) => i % 8 === 1)]).toEqual([2, 0, 1]);
    expect([...(gap.labels ?? [])]).toEqual([0, 0, 0]);
  });

  it("splits sequences into chunks", () => {
    const { x, chunks, shape, out } = golden.split2timesteps;
    const split = splitToTimesteps(
      { x: Float32Array.from(x.flat(2)), shape: [x.length, x[0].length, x[0][0].length] },
      chunks,
    );
    expect(split.shape).toEqual(shape);
    expect([...split.x]).toEqual(out.flat(3));
  });
});
