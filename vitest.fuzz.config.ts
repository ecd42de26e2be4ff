import { defineConfig } from "vitest/config";

/** Damaged files by the ten thousand: npm run fuzz. A sample of them is among the other tests. */
export default defineConfig({
  test: {
    include: ["test/fuzz/**/*.fuzz.ts"],
    testTimeout: 600_000,
    maxWorkers: 2,
  },
});
