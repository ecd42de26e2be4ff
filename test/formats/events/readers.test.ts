/** Recordings of each format: what is written comes back, in pieces of any size; damage is a sentence. */

import { describe, expect, it } from "vitest";
import type { Events } from "../../../src/datasets/events/events.js";
import { checkEvents } from "../../../src/datasets/events/events.js";
import { FormatError } from "../../../src/errors.js";
import { readEvents, streamEvents, type ReadAllOptions } from "../../../src/formats/events/read-events.js";
import {
  aedat3Header,
  aedat3Other,
  aedat3Packet,
  aedat4,
  aedat4Events,
  aedat4Stream,
  aedat4Xml,
  ascii,
  dat,
  float,
  little,
  npy,
  someEvents,
  zip,
  type WrittenEvent,
} from "./written.js";

const rows = ({ t, x, y, p }: Events): WrittenEvent[] =>
  Array.from(t, (time, i) => ({ t: time, x: x[i], y: y?.[i] ?? 0, p: p[i] }));

/** One piece after the other, of no known size. */
async function* inPieces(bytes: Uint8Array, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield await Promise.resolve(bytes.slice(at, at + size));
}

const fields = "[('t', '<i8'), ('x', '<i2'), ('y', '<i2'), ('p', '|b1')]";
const record = ({ t, x, y, p }: WrittenEvent): number[] => [
  ...little(t, 8),
  ...little(x, 2),
  ...little(y, 2),
  p,
];
const table = (order: (event: WrittenEvent) => number[]): number[] =>
  someEvents.flatMap((event) => order(event).flatMap((value) => float(value, 8)));
const column = (key: keyof WrittenEvent): Uint8Array =>
  npy(
    "'<u4'",
    `(${someEvents.length},)`,
    someEvents.flatMap((event) => little(event[key], 4)),
  );
const columns = (["x", "y", "t", "p"] as const).map((key) => [`${key}.npy`, column(key)] as const);
const datHeader = "% Data file containing CD events.\n% Version 2\n% Height 128\n% Width 128\n";
const sensorShape = [128, 128];

const packetsOf = (events: readonly WrittenEvent[]): [number, number[]][] => [
  [0, aedat4Events(events.slice(0, 1))],
  [1, ascii("frames, perhaps")],
  [0, aedat4Events(events.slice(1))],
];

const files: readonly [name: string, bytes: Uint8Array, options: ReadAllOptions][] = [
  ["dat", dat(someEvents, datHeader), {}],
  ["dat of an old camera", dat(someEvents, "% Version 2\n", 0), { sensorShape }],
  [
    "AEDAT 3.1",
    Uint8Array.from([
      ...ascii(aedat3Header()),
      ...aedat3Packet({ events: someEvents.slice(0, 2) }),
      ...aedat3Other(3, 36, 2),
      ...aedat3Packet({ events: [...someEvents.slice(2), { t: 9, x: 9, y: 9, p: 1, invalid: true }] }),
    ]),
    {},
  ],
  ["AEDAT 4", aedat4({ packets: packetsOf(someEvents) }), {}],
  ["AEDAT 4 with a table", aedat4({ packets: packetsOf(someEvents), table: [1, 2, 3] }), {}],
  ["npy of records", npy(fields, `(${someEvents.length},)`, someEvents.flatMap(record)), { sensorShape }],
  [
    "npy of records with other names, in version 2",
    npy(
      "[('polarity', '|i1'), ('', '|V3'), ('timestamp', '<f8'), ('x', '>u2'), ('y', '>u2')]",
      `(${someEvents.length},)`,
      someEvents.flatMap(({ t, x, y, p }) => [
        ...[p === 0 ? 255 : 1, 9, 9, 9],
        ...float(t, 8),
        ...[0, x, 0, y],
      ]),
      "False",
      2,
    ),
    { sensorShape },
  ],
  [
    "npy table",
    npy(
      "'<f8'",
      `(${someEvents.length}, 4)`,
      table(({ t, x, y, p }) => [t, x, y, p]),
    ),
    { sensorShape },
  ],
  [
    "npy table of other columns",
    npy(
      "'<f8'",
      `(${someEvents.length}, 4)`,
      table(({ t, x, y, p }) => [x, y, t, p]),
    ),
    { sensorShape, columns: "xytp" },
  ],
  [
    "npy table in Fortran's order",
    npy(
      "'<i4'",
      `(${someEvents.length}, 4)`,
      (["t", "x", "y", "p"] as const).flatMap((key) => someEvents.flatMap((event) => little(event[key], 4))),
      "True",
    ),
    { sensorShape },
  ],
  ["npz, stored", zip(columns), { sensorShape }],
  ["npz, packed", zip(columns, "deflated"), { sensorShape }],
  ["npz as NumPy writes it", zip(columns, "zip64"), { sensorShape }],
  ["npz of a pipe", zip(columns, "behind"), { sensorShape }],
  [
    "npz of records",
    zip([["events.npy", npy(fields, `(${someEvents.length},)`, someEvents.flatMap(record))]], "deflated"),
    { sensorShape },
  ],
];

describe.each(files)("%s", (_, bytes, options) => {
  it("comes back as it was written, from bytes, from a Blob and from pieces of any size", async () => {
    const events = await readEvents(bytes, options);
    expect(rows(events)).toEqual(someEvents);
    expect([events.width, events.height]).toEqual([128, 128]);
    expect(checkEvents("test", events)).toBe(events);
    expect(await readEvents(new Blob([bytes.slice()]), options)).toEqual(events);
    for (const size of [1, 64]) expect(await readEvents(inPieces(bytes, size), options)).toEqual(events);
  });

  it("is a sentence wherever it ends too early", async () => {
    for (let end = 0; end < bytes.length; end++) {
      const cut = bytes.subarray(0, end);
      const sources = [cut, ...(end % 16 === 0 ? [inPieces(cut, 50)] : [])];
      for (const source of sources) {
        const outcome = await readEvents(source, { name: "a.rec", ...options }).then(
          rows,
          (error: unknown) => error,
        );
        // Between two events or packets nothing says that more should follow.
        if (Array.isArray(outcome)) expect(outcome).toEqual(someEvents.slice(0, outcome.length));
        else {
          expect(outcome).toBeInstanceOf(FormatError);
          expect((outcome as Error).message).toMatch(/^(readEvents: )?a\.rec[^]*expected|damaged/);
        }
      }
    }
  });

  it("is a sentence or events, never anything else, wherever a byte is another one", async () => {
    const step = Math.ceil(bytes.length / 256);
    for (let at = 0; at < bytes.length; at += step) {
      const damaged = bytes.slice();
      damaged[at] ^= 0xff;
      const outcome = await readEvents(damaged, options).then(
        (events) => checkEvents("test", events),
        (error: unknown) => error,
      );
      if (outcome instanceof Error) expect(outcome).toBeInstanceOf(FormatError);
    }
  });
});

describe("readEvents", () => {
  it("goes on where clocks begin anew", async () => {
    const late = [{ ...someEvents[0], t: 2 ** 32 - 5 }, { ...someEvents[0], t: 2 ** 32 + 7 }]; // prettier-ignore
    expect((await readEvents(dat(late, datHeader))).t).toEqual(Float64Array.from(late, ({ t }) => t));
    const overflow = [...ascii(aedat3Header()), ...aedat3Packet({ events: someEvents, overflow: 2 })];
    expect((await readEvents(Uint8Array.from(overflow))).t[0]).toBe(2 * 2 ** 31 + 5);
  });

  it.each([true, false])("takes packets of AEDAT 3.1 with room, in the file or not (%s)", async (padded) => {
    const bytes = Uint8Array.from([
      ...ascii(aedat3Header()),
      ...aedat3Packet({ events: someEvents.slice(0, 2), capacity: 64, padded }),
      ...aedat3Packet({ events: someEvents.slice(2), capacity: 64, padded }),
    ]);
    expect(rows(await readEvents(bytes))).toEqual(someEvents);
  });

  it("reads the stream of AEDAT 4 that is asked for", async () => {
    const xml = aedat4Xml(
      aedat4Stream(3, "FRME") + aedat4Stream(4, "EVTS") + aedat4Stream(7, "EVTS", 10, 20),
    );
    const bytes = aedat4({ xml, packets: [[4, aedat4Events(someEvents)], [7, aedat4Events([{ t: 1, x: 9, y: 19, p: 1 }])]] }); // prettier-ignore
    expect(rows(await readEvents(bytes))).toEqual(someEvents);
    const other = await readEvents(bytes, { stream: 7 });
    expect([other.width, other.height, other.t.length]).toEqual([10, 20, 1]);
    await expect(readEvents(bytes, { stream: 3 })).rejects.toThrow(
      "has the streams 4, 7 of events; expected stream 3",
    );
  });

  it("sorts what is not in order, and leaves events of one time as they are", async () => {
    const mixed = [someEvents[3], someEvents[1], someEvents[0]];
    expect(rows(await readEvents(dat(mixed, datHeader)))).toEqual([
      someEvents[1],
      someEvents[0],
      someEvents[3],
    ]);
  });

  it("takes sensors of one dimension, and seconds", async () => {
    const bytes = npy(
      "'<f8'",
      "(2, 3)",
      [0.5, 3, 1, 0.75, 699, 1].flatMap((value) => float(value, 8)),
    );
    const events = await readEvents(bytes, { sensorShape: [700], timeUnit: 1e6 });
    expect(events).toEqual({
      t: Float64Array.of(500_000, 750_000),
      x: Uint16Array.of(3, 699),
      p: Uint8Array.of(1, 1),
      width: 700,
      height: 1,
    });
  });

  it("gives chunks, and holds no more than is allowed", async () => {
    const count = 150_000;
    const many = Array.from({ length: count }, (_, t) => ({ t, x: t % 128, y: 1, p: t % 2 }));
    const bytes = dat(many.slice(0, 1), datHeader);
    const body = new Uint8Array(8 * count);
    const view = new DataView(body.buffer);
    for (const { t, x, p } of many) {
      view.setUint32(8 * t, t, true);
      view.setUint32(8 * t + 4, x + 2 ** 14 + p * 2 ** 28, true);
    }
    const file = new Blob([bytes.slice(0, -8), body]);
    const lengths: number[] = [];
    for await (const { t } of streamEvents(file)) lengths.push(t.length);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(count);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(65_536);
    await expect(readEvents(file, { maxEvents: 100_000, name: "long.dat" })).rejects.toThrow(
      "readEvents: long.dat has more than 100000 events; expected at most maxEvents.",
    );
  });

  const huge = "(1000000000000,)";
  it.each<[string, Uint8Array, ReadAllOptions, string]>([
    [
      "another file",
      Uint8Array.from(ascii("GIF89a and more")),
      {},
      "is of no format that is known by its first bytes",
    ],
    [
      "AEDAT 2",
      Uint8Array.from(ascii("#!AER-DAT2.0\r\n")),
      {},
      'begins with "#!AER-DAT2.0"; expected "#!AER-DAT3.1"',
    ],
    ["an old .dat", dat([], "% Version 1\n"), {}, 'is of version "1" of the format; expected 2'],
    ["triggers", dat([], datHeader, 14), {}, "holds events of kind 14 of 8 bytes"],
    [
      "no sensor",
      dat(someEvents, "% Version 2\n"),
      {},
      "does not say how large its sensor is; expected sensorShape",
    ],
    [
      "another sensor",
      dat([], datHeader),
      { sensorShape: [64, 128] },
      "is of a sensor of [128, 128], [height, width]; expected [64, 128]",
    ],
    [
      "an event beside it",
      dat([{ t: 0, x: 128, y: 0, p: 1 }], datHeader),
      {},
      "event 0 is at x = 128, y = 0; expected a place on 128 x 128 pixels.",
    ],
    [
      "a huge array",
      npy(fields, huge, []),
      { sensorShape },
      "is to hold [1000000000000] elements of 13 bytes, and has 0 bytes behind its head",
    ],
    [
      "a huge column",
      zip([["t.npy", npy("'<f8'", huge, [])]]),
      { sensorShape },
      "is to hold [1000000000000] elements",
    ],
    [
      "objects",
      npy("'|O'", "(3,)", []),
      { sensorShape },
      'holds elements of type "|O"; expected whole numbers',
    ],
    [
      "a cube",
      npy("'<f8'", "(0, 4, 2)", []),
      { sensorShape },
      "expected [events] of records, or a table [events, 4]",
    ],
    [
      "five columns",
      npy("'<f8'", "(0, 5)", []),
      { sensorShape },
      'is a table of [0, 5]; expected [events, 4] for the columns "txyp"',
    ],
    [
      "no t",
      npy("[('x', '<i2'), ('y', '<i2'), ('p', '|b1')]", "(0,)", []),
      { sensorShape },
      'has the columns "x", "y", "p"; expected t, x, y, and p.',
    ],
    [
      "columns of two lengths",
      zip([...columns.slice(1), ["x.npy", npy("'|u1'", "(1,)", [1])]]),
      { sensorShape },
      "x has 1 elements and t has 4",
    ],
    [
      "a column that is missing",
      zip(columns.slice(1)),
      { sensorShape },
      "expected arrays t, x, y and p, or one array of events",
    ],
    [
      "no events in AEDAT 4",
      aedat4({ xml: aedat4Xml(""), packets: [] }),
      {},
      "has no stream of events; expected one.",
    ],
    [
      "nothing packed so",
      aedat4({ compression: 9, packets: [] }),
      {},
      "is packed by method 9; expected 0 (none)",
    ],
    [
      "XML that is no tree",
      aedat4({ xml: '<dv version="2.0"><node name="outInfo">', packets: [] }),
      {},
      "is not nested as it should be",
    ],
  ])("refuses %s", async (_, bytes, options, message) => {
    await expect(readEvents(bytes, options)).rejects.toThrow(message);
  });

  it.each<[ReadAllOptions, string]>([
    [{ sensorShape: [0, 3] }, "readEvents: sensorShape[0] is 0"],
    [{ sensorShape: [1, 2, 3] }, "readEvents: sensorShape is"],
    [{ format: "aedat" as never }, 'readEvents: format is "aedat"; expected one of'],
    [{ columns: "" }, 'readEvents: columns is ""'],
    [{ timeUnit: 0 }, "readEvents: timeUnit is 0"],
    [{ maxEvents: 0 }, "readEvents: maxEvents is 0"],
    [{ sensor: [1, 2] } as never, 'unknown option "sensor"'],
  ])("refuses the options %j", async (options, message) => {
    await expect(readEvents(new Uint8Array(0), options)).rejects.toThrow(message);
  });

  it("refuses what gives no bytes", async () => {
    await expect(readEvents("a.dat" as never)).rejects.toThrow(
      'the bytes are "a.dat"; expected a Uint8Array, a Blob',
    );
  });
});
