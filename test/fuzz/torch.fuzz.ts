/** Many damaged files: npm run fuzz, with ATIF_FUZZ_SEED and ATIF_FUZZ_COUNT for others and more. */

import { expect, it } from "vitest";
import { fuzzTorch } from "./torch.js";

const seed = Number(process.env.ATIF_FUZZ_SEED ?? 1);
const count = Number(process.env.ATIF_FUZZ_COUNT ?? 20_000);

it(`readTorch judges ${count} damaged files, seed ${seed}`, () => {
  const before = process.memoryUsage().rss;
  const tally = fuzzTorch(seed, count);
  const grown = (process.memoryUsage().rss - before) / 2 ** 20;
  console.log(`.pth: ${JSON.stringify(tally)}, ${grown.toFixed(0)} MiB more in memory`);
  expect(tally.refused).toBeGreaterThan(count / 2);
  expect(tally.read + tally.unchanged).toBeGreaterThan(count / 100);
});
