/** Many damaged files: npm run fuzz, with ATIF_FUZZ_SEED and ATIF_FUZZ_COUNT for others and more. */

import { beforeAll, expect, it } from "vitest";
import { init } from "../../src/index.js";
import { fuzzNir } from "./nir.js";

const seed = Number(process.env.ATIF_FUZZ_SEED ?? 1);
const count = Number(process.env.ATIF_FUZZ_COUNT ?? 5_000);

beforeAll(() => init());

it(`readNir judges ${count} damaged files, seed ${seed}`, async () => {
  const before = process.memoryUsage().rss;
  const tally = await fuzzNir(seed, count);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(`.nir: ${JSON.stringify(tally)}, ${grown.toFixed(0)} MiB more in memory`);
  expect(tally.refused).toBeGreaterThan(count / 4);
  expect(tally.read).toBeGreaterThan(count / 100);
  expect(grown).toBeLessThan(512);
});
