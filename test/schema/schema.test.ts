import { describe, expect, it } from "vitest";
import { LiveOptions } from "../../src/schema/live-options.js";
import {
  groupOf,
  optional,
  readOptions,
  required,
  withDefault,
  writtenFields,
  type Schema,
} from "../../src/schema/schema.js";
import {
  float32,
  flag,
  functionOf,
  listOf,
  listOrOne,
  oneOf,
  oneOrList,
  orNone,
  pairOf,
  real,
  whole,
} from "../../src/schema/value-types.js";

interface Options {
  units: readonly number[];
  rate: number;
  mode: "s" | "m";
  reset: number | null;
  range: readonly [number, number];
  bias: boolean;
  names?: number | readonly number[];
  act?: (x: number) => number;
}

const schema: Schema<Options> = {
  fields: {
    units: required(listOf(whole(1, 100)), "Neurons."),
    rate: withDefault(float32({ above: 0 }), 0.5, "Rate."),
    mode: withDefault(oneOf(["s", "m"]), "s", "Mode."),
    reset: withDefault(orNone(real()), 0, "Reset."),
    range: withDefault(pairOf(real({ from: 0, to: 1 })), [0, 1], "Range."),
    bias: withDefault(flag, true, "Bias."),
    names: optional(oneOrList(whole(0), listOf(whole(0))), "Names."),
    act: optional(functionOf<(x: number) => number>("(x) => x"), "Activation.", { inFiles: false }),
  },
  check({ range: [low, high] }, place) {
    if (low > high) place.at("range").fail(`goes from ${low} down to ${high}; expected it to go up.`);
  },
};

const read = (options: unknown): Options => readOptions("Net", options, schema);
const thrown = (options: unknown): Error => {
  try {
    read(options);
  } catch (error) {
    return error as Error;
  }
  throw new Error("nothing was thrown");
};

describe("options read as arguments", () => {
  it("fills in defaults, copies lists, and takes undefined as left out", () => {
    const units = [3, 4];
    const options = read({ units, rate: undefined, reset: null });
    expect(options).toEqual({ units: [3, 4], rate: 0.5, mode: "s", reset: null, range: [0, 1], bias: true });
    units[0] = 7;
    expect(options.units).toEqual([3, 4]);
    expect(read({ units }).range).not.toBe(read({ units }).range);
  });

  it.each([
    [{ units: 3 }, TypeError, "Net: units is 3; expected an array."],
    [{}, TypeError, "Net: units is undefined; expected an array."],
    [undefined, TypeError, "Net: no options were given; expected an object like { units: … }."],
    [{ units: [3, 0] }, RangeError, "Net: units[1] is 0; expected a whole number of at least 1."],
    [{ units: [3, 101] }, RangeError, "Net: units[1] is 101; expected a whole number from 1 to 100."],
    [{ units: [3, "4"] }, TypeError, 'Net: units[1] is "4"; expected a number. Write it without quotes.'],
    [
      { units: [3, , 4] },
      TypeError,
      "Net: units[1] is undefined; expected a number. Give one: it has no default.",
    ],
    [
      { units: [], rate: NaN },
      RangeError,
      "Net: rate is NaN; expected a finite number. Look at the computation that gave it.",
    ],
    [{ units: [], rate: 0 }, RangeError, "Net: rate is 0; expected a number above 0."],
    [
      { units: [], rate: 1e-60 },
      RangeError,
      "Net: rate is 1e-60; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size. Use other units.",
    ],
    [{ units: [], mode: "S" }, RangeError, 'Net: mode is "S"; expected one of "s", "m". Did you mean "s"?'],
    [{ units: [], reset: false }, TypeError, "Net: reset is false; expected a finite number, or null."],
    [{ units: [], range: [0, 2] }, RangeError, "Net: range[1] is 2; expected a number from 0 to 1."],
    [{ units: [], range: [0] }, RangeError, "Net: range has 1 entry; expected 2 entries."],
    [{ units: [], range: [1, 0] }, RangeError, "Net: range goes from 1 down to 0; expected it to go up."],
    [{ units: [], bias: 1 }, TypeError, "Net: bias is 1; expected true or false."],
    [{ units: [], act: 1 }, TypeError, "Net: act is 1; expected a function, such as (x) => x."],
    [
      { units: [], unit: 1 },
      TypeError,
      'Net: unknown option "unit"; known options are units, rate, mode, reset, range, bias, names, act. Did you mean "units"?',
    ],
  ])("refuses %j", (options, type, message) => {
    const error = thrown(options);
    expect(error).toBeInstanceOf(type);
    expect(error.message).toBe(message);
  });
});

interface Outer {
  stop: { patience: number; least: number };
  sizes: readonly number[];
}

const outer: Schema<Outer> = {
  fields: {
    stop: withDefault(
      groupOf<Outer["stop"]>({
        fields: {
          patience: required(whole(1), "Patience."),
          least: withDefault(real(), 0, "Least.", { key: "Min" }),
        },
      }),
      { patience: 3, least: 0 },
      "Stop.",
    ),
    sizes: withDefault(listOrOne(whole(1), 2), [1], "Sizes."),
  },
};

describe("options within an option, and lists of one", () => {
  const read = (options: unknown): Outer => readOptions("Outer", options, outer);

  it("are read where they stand", () => {
    expect(read({ stop: { patience: 2 }, sizes: 4 })).toEqual({
      stop: { patience: 2, least: 0 },
      sizes: [4],
    });
    expect(read({}).stop).not.toBe(read({}).stop);
    for (const [options, message] of [
      [{ stop: { patience: 0 } }, "Outer: stop.patience is 0; expected a whole number of at least 1."],
      [{ stop: {} }, "Outer: stop.patience is undefined; expected a number. Give one: it has no default."],
      [{ stop: 3 }, "Outer: stop: options are 3; expected an object like { patience: … }."],
      [{ stop: { patient: 1 } }, 'Outer: stop: unknown option "patient"; known options are patience, least.'],
      [{ sizes: 0 }, "Outer: sizes is 0; expected a whole number of at least 1."],
      [{ sizes: [1, 0] }, "Outer: sizes[1] is 0; expected a whole number of at least 1."],
      [{ sizes: [1, 2, 3] }, "Outer: sizes has 3 entries; expected at most 2 entries."],
    ] as const) {
      expect(() => read(options)).toThrow(message);
    }
  });

  it("are written under the keys of files", () => {
    expect(writtenFields(read({ stop: { patience: 2, least: 5 } }), outer)).toEqual([
      ["stop", { patience: 2, Min: 5 }],
      ["sizes", [1]],
    ]);
  });
});

describe("options that live on", () => {
  it("obey every rule after each change, or stay as they were", () => {
    const live = new LiveOptions("Net", { units: [] }, schema);
    live.set("range", [0.25, 0.5]);
    expect(live.current.range).toEqual([0.25, 0.5]);
    expect(() => live.set("range", [1, 0])).toThrow(
      "Net: range goes from 1 down to 0; expected it to go up.",
    );
    expect(() => live.replace("Net: a state", { units: 3 })).toThrow(
      "Net: a state: units is 3; expected an array.",
    );
    expect(live.current.range).toEqual([0.25, 0.5]);
    live.replace("Net: a state", { units: [2] });
    expect(live.current).toMatchObject({ units: [2], range: [0, 1] });
  });
});
