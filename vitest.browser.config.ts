/** The page in a real browser, one test file after another: they share two cores with the browser. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { atif: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/browser/**/*.test.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    fileParallelism: false,
  },
});
