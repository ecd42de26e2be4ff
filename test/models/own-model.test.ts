/** What describes classes of one's own comes with the name that they extend, and with nothing else. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/kernels/select.js";
import { Linear } from "../../src/layers/linear.js";
import { Sequential } from "../../src/layers/sequential.js";
import { SpikingModel } from "../../src/models/spiking-model.js";
import "../../src/ops/install.js";

class Own extends SpikingModel {
  constructor() {
    super([3], [2], 1, "s", new Sequential({ fc: new Linear(3, 2) }));
  }
}

beforeAll(() => init({ threads: 1 }));

it("is described once SpikingModel was imported as programs import it", async () => {
  const model = new Own();
  expect(() => model.architecture).toThrow(
    "Own: nothing here describes a class of one's own; expected one that extends the SpikingModel that this library " +
      "exports. Import that by its name.",
  );
  const { OwnModel: exported } = await import("../../src/models/own-model.js");
  expect(exported).toBe(SpikingModel);
  expect(model.architecture).toMatchObject({
    kind: "GraphModel",
    options: { layers: [{ kind: "Linear", options: { inFeatures: 3, outFeatures: 2 } }] },
  });
});
