import { beforeAll, expect, it } from "vitest";
import { init } from "../../../src/index.js";
import { fuzzNir } from "../../fuzz/nir.js";

beforeAll(() => init());

it("damaged files are refused in a sentence, or are networks of finite numbers", async () => {
  const tally = await fuzzNir(20, 150);
  expect(tally.refused).toBeGreaterThan(30);
  expect(tally.read).toBeGreaterThan(30);
});
