/** Files may nest their JSON 64 levels deep, and no deeper: reading and writing both say so in a sentence. */

import { beforeAll, describe, expect, it } from "vitest";
import { FormatError } from "../../src/errors.js";
import { isTooDeep } from "../../src/formats/json-depth.js";
import { decodeModel, encodeModel } from "../../src/formats/model-file.js";
import { encodeSafetensors, parseSafetensors } from "../../src/formats/safetensors.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";

function nested(levels: number): string {
  return "[".repeat(levels) + "]".repeat(levels);
}

describe("isTooDeep", () => {
  it.each([
    [nested(64), false],
    [nested(65), true],
    ['{"a":'.repeat(64) + "1" + "}".repeat(64), false],
    ['{"a":'.repeat(65) + "1" + "}".repeat(65), true],
    [`[${Array(100).fill("[]").join(",")}]`, false],
    [
      JSON.stringify(["[".repeat(100), '"' + "{".repeat(100), "\\" + "[".repeat(100), '\\"[['.repeat(40)]),
      false,
    ],
    [JSON.stringify("\\") + nested(65), true],
    ['"' + "[".repeat(100), false],
  ])("%#", (text, deep) => {
    expect(isTooDeep(text)).toBe(deep);
  });
});

describe("facts of a model", () => {
  beforeAll(() => init({ threads: 1 }));

  const model = (): SMLP =>
    new SMLP({ inputShape: [2], outputShape: [2], units: [2], timesteps: 1, neuron: { kind: "ATIF" } });

  /** Nested without JSON.parse, so that the value is made whatever parsers allow. */
  function deep(levels: number): object {
    let value: object = {};
    for (let i = 1; i < levels; i++) value = { a: value };
    return value;
  }

  it("may be 64 levels deep, and come back", () => {
    const facts = deep(64) as { a: unknown };
    expect(decodeModel(encodeModel(model(), facts)).facts).toEqual(facts);
  });

  it.each([65, 1000, 200_000])("are refused at %d when saved", (levels) => {
    expect(() => encodeModel(model(), deep(levels) as { a: unknown })).toThrow(
      new RangeError(
        "encodeModel: the facts are nested more than 64 levels deep; expected fewer. Flatten them.",
      ),
    );
  });

  it.each(["atif.facts", "atif.architecture", "atif.parameters", "atif.otherMode"])(
    "%s is refused at 200,000 when read",
    (key) => {
      const { metadata, tensors } = parseSafetensors(encodeModel(model()));
      metadata.set(key, `{"a":${nested(200_000)}}`);
      const floats = [...tensors].map(
        ([name, { shape, data }]) => [name, { shape: [...shape], data: data as Float32Array }] as const,
      );
      const bytes = encodeSafetensors(floats, metadata, { checksum: true });
      expect(() => decodeModel(bytes)).toThrow(FormatError);
      expect(() => decodeModel(bytes)).toThrow(
        /^model: .* is nested more than 64 levels deep; expected fewer, as atif writes\./,
      );
    },
  );
});
