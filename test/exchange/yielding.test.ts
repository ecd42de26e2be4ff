/** Programs may have layers and neurons of their own by the names of kinds of other tools. */

import { beforeAll, expect, it } from "vitest";
import * as atif from "../../src/index.js";
import { kindOfLayer, layerKinds, layerOf } from "../../src/layers/table.js";
import { claimYielding } from "../../src/module/kinds.js";

class Twice extends atif.Module {
  forward(x: atif.Tensor): atif.Tensor {
    return x.mul(2);
  }
}

beforeAll(async () => {
  await atif.init({ backend: "wasm", threads: 1 });
});

it("a kind that a program defines counts, and the one of the library is made with new alone", () => {
  expect(kindOfLayer(new atif.Scale())?.kind).toBe("Scale");
  const row: atif.LayerRow<object> = {
    layer: Twice,
    create: () => new Twice(),
    outputShape: (_options, [input]) => input,
    weights: () => 0,
    operations: () => ({ macs: 0, adds: 0 }),
  };
  atif.defineLayer("Scale", row);
  expect(layerOf("test", "Scale").create({}, "s")).toBeInstanceOf(Twice);
  expect(layerKinds()).toContain("Scale");
  expect(kindOfLayer(new Twice())?.kind).toBe("Scale");
  expect(kindOfLayer(new atif.Scale())).toBe(null);
  expect(() => atif.defineLayer("Scale", { ...row, layer: class extends Twice {} })).toThrow(
    'defineLayer: the kind "Scale" is taken; expected a new name. Choose another.',
  );
  expect([...new atif.Scale({ scale: 3 }).forward(atif.ones([1, 1])).data]).toEqual([3]);
  // Also where the program was first.
  expect(claimYielding("Scale", () => expect.fail("undone"))).toBe(false);
});
