/** The checks of arguments: what passes, and the sentence for what does not. */

import { describe, expect, it } from "vitest";
import {
  checkBetween,
  checkFinite,
  checkFloat32,
  checkInteger,
  checkOneOf,
  checkOptions,
  checkPositive,
} from "../src/checks.js";
import { nearest } from "../src/nearest.js";

type Kind = new (...args: never[]) => Error;

describe("checks", () => {
  it("let through, and return, what is right", () => {
    expect(checkFinite("x", -0.5)).toBe(-0.5);
    expect(checkPositive("x", Number.MIN_VALUE)).toBe(Number.MIN_VALUE);
    expect([checkBetween("x", 0, 0, 1), checkBetween("x", 1, 0, 1)]).toEqual([0, 1]);
    expect([checkInteger("x", 0), checkInteger("x", -3, -3), checkInteger("x", 2 ** 53 - 1)]).toEqual([
      0,
      -3,
      2 ** 53 - 1,
    ]);
    expect(checkOneOf("x", "b", ["a", "b"])).toBe("b");
    expect([checkFloat32("x", 0.1), checkFloat32("x", 0), checkFloat32("x", -3.4e38)]).toEqual([
      Math.fround(0.1),
      0,
      Math.fround(-3.4e38),
    ]);
    checkOptions("f", undefined, ["a"]);
    checkOptions("f", {}, ["a"]);
    checkOptions("f", { a: 1 }, ["a"]);
    checkOptions("f", Object.assign(Object.create(null) as object, { a: 1 }), ["a"]);
  });

  it.each<[string, () => unknown, Kind, string]>([
    ["NaN", () => checkFinite("f: x", NaN), RangeError, "f: x is NaN; expected a finite number."],
    ["-Infinity", () => checkFinite("f: x", -Infinity), RangeError, "f: x is -Infinity; expected a finite number."],
    ["text", () => checkFinite("f: x", "3"), TypeError, 'f: x is "3"; expected a number.'],
    ["nothing", () => checkFinite("f: x", undefined), TypeError, "f: x is undefined; expected a number."],
    ["null", () => checkFinite("f: x", null), TypeError, "f: x is null; expected a number."],
    ["an array", () => checkFinite("f: x", [1, ["a"]]), TypeError, 'f: x is [1, ["a"]]; expected a number.'],
    ["an object", () => checkFinite("f: x", { a: 1 }), TypeError, "f: x is an object; expected a number."],
    ["an object without prototype", () => checkFinite("f: x", Object.create(null)), TypeError, "f: x is an object; expected a number."],
    ["a function", () => checkFinite("f: x", () => 1), TypeError, "f: x is a function; expected a number."],
    ["a symbol", () => checkFinite("f: x", Symbol("s")), TypeError, "f: x is Symbol(s); expected a number."],
    ["a big integer", () => checkFinite("f: x", 1n), TypeError, "f: x is 1n; expected a number."],
    ["0 for positive", () => checkPositive("f: x", 0), RangeError, "f: x is 0; expected a number above 0."],
    ["below", () => checkBetween("f: x", -0.1, 0, 1), RangeError, "f: x is -0.1; expected a number from 0 to 1."],
    ["above", () => checkBetween("f: x", 1.1, 0, 1), RangeError, "f: x is 1.1; expected a number from 0 to 1."],
    ["half", () => checkInteger("f: x", 0.5), RangeError, "f: x is 0.5; expected a whole number of at least 0."],
    ["too small", () => checkInteger("f: x", 0, 1), RangeError, "f: x is 0; expected a whole number of at least 1."],
    ["2^53", () => checkInteger("f: x", 2 ** 53), RangeError, "f: x is 9007199254740992; expected a whole number of at least 0."],
    ["1e39 as float32", () => checkFloat32("f: x", 1e39), RangeError, "f: x is 1e+39; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size."],
    ["1e-50 as float32", () => checkFloat32("f: x", -1e-50), RangeError, "f: x is -1e-50; expected a number that float32 can hold, 1.4e-45 to 3.4e38 in size."],
    ["no choice", () => checkOneOf("f: x", "zz", ["one", "two"]), RangeError, 'f: x is "zz"; expected one of "one", "two".'],
    ["a choice of another kind", () => checkOneOf("f: x", 1, ["1"]), RangeError, 'f: x is 1; expected one of "1".'],
    ["options null", () => checkOptions("f", null, ["a"]), TypeError, "f: no options were given; expected an object like { a: … }."],
    ["options as a number", () => checkOptions("f", 3, ["a"]), TypeError, "f: options are 3; expected an object like { a: … }."],
    ["options as a list", () => checkOptions("f", ["a"], ["a"]), TypeError, 'f: options are ["a"]; expected an object like { a: … }.'],
    ["an unknown option", () => checkOptions("f", { qqqqqq: 1 }, ["alpha", "beta"]), TypeError, 'f: unknown option "qqqqqq"; known options are alpha, beta.'],
    ["a slip", () => checkOptions("f", { alhpa: 1 }, ["alpha", "beta"]), TypeError, 'f: unknown option "alhpa"; known options are alpha, beta. Did you mean "alpha"?'],
    ["an inherited name", () => checkOptions("f", { toString: 1 }, ["alpha"]), TypeError, 'f: unknown option "toString"; known options are alpha.'],
  ])("refuse %s", (_, check, kind, message) => {
    expect(check).toThrow(kind);
    expect(check).toThrow(message);
  }); // prettier-ignore

  it.each([
    ["v_threshold", "vThreshold"],
    ["VTHRESHOLD", "vThreshold"],
    ["stepmode", "stepMode"],
    ["lear", undefined],
    ["zzzzzzzzzz", undefined],
    ["", undefined],
  ])("nearest to %j is %j", (word, expected) => {
    expect(nearest(word, ["vThreshold", "stepMode", "backend"])).toBe(expected);
  });

  it("nearest takes the closest of several", () => {
    expect(nearest("SGDD", ["Adam", "SGD", "AdamW"])).toBe("SGD");
    expect(nearest("x", [])).toBeUndefined();
  });
});
