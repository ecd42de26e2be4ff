/** What every message of this library has in common. */

import { expect } from "vitest";

/** Words of the engine, which say nothing to whoever made the mistake. */
const RAW =
  /cannot read prop|undefined \(reading|is not a function|is not iterable|\[object |cannot convert|private member|maximum call stack|invalid array length|unreachable/i;

/** What was expected; a state of things has no value to expect, there what to do is said. */
const EXPECTED =
  /expected|known options are|; (call|use|give|set|return|only|it has no) |\b(Build|Call|Run|Use|Download|Make|Leave) /;

export function expectSentence(message: string): void {
  expect(message.length, message).toBeGreaterThanOrEqual(25);
  expect(message, "ends like a sentence").toMatch(/(\.|Did you mean "?[\w. -]+"?\?)$/);
  expect(message, "says what was expected, or what to do").toMatch(EXPECTED);
  expect(message, "is no message of the engine").not.toMatch(RAW);
  expect(message, "fits on a screen").toSatisfy((text: string) => text.length < 600);
}
