/** `npm run test:long`: what `npm test` has no time for, one file after another. */

import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { LONG, LONG_IN_BROWSER } from "./test/long.js";

export default defineConfig({
  test: {
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // A state is waited for: the limit is for what never comes.
    expect: { poll: { timeout: 60_000 } },
    fileParallelism: false,
    env: { ATIF_BACKEND: "wasm" },
    projects: [
      { extends: true, test: { name: "long", include: [...LONG] } },
      {
        extends: true,
        resolve: { alias: { atif: fileURLToPath(new URL("./src/index.ts", import.meta.url)) } },
        test: { name: "browser", include: [...LONG_IN_BROWSER] },
      },
    ],
  },
});
