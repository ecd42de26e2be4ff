import { expect, it } from "vitest";
import { fitted } from "../../src/drawing/fitted.js";

it("keeps what fits, and the end of what does not", () => {
  // 70 pixels are 10 plain letters, and 8 bold ones.
  expect(fitted("abcdefghij", 70)).toBe("abcdefghij");
  expect(fitted("abcdefghijk", 70)).toBe("…cdefghijk");
  expect(fitted("abcdefghi", 70, "bold")).toBe("…cdefghi");
});

it("leaves room for what comes behind, and never cuts a letter in two", () => {
  expect(fitted("layers.neuron1", 70, "plain", ": on")).toBe("…uron1: on");
  expect(fitted("😀😀😀😀", 22)).toBe("…😀😀");
  expect(fitted("abc", 0)).toBe("…c");
});
