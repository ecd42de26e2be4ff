/** The page in a real browser, one test file after another: they share two cores with the browser. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LONG_IN_BROWSER } from "./test/long.js";

export default defineConfig({
  resolve: { alias: { atif: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
  test: {
    include: ["test/browser/**/*.test.ts"],
    exclude: [...LONG_IN_BROWSER],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A state is waited for: the limit is for what never comes.
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
  },
});
