import { defineConfig } from "vitest/config";
import { LONG } from "./test/long.js";
import { filesOfOneProcess } from "./test/one-process.js";

/** They need a browser, or minutes, and have configurations of their own. */
const ELSEWHERE = ["test/browser/**", "test/fuzz/**", "node_modules/**", ...LONG];

/**
 * Most tests run one file after another in the same processes, which import src/ once: that is a quarter of the time of all.
 * Those that change a process, or are about one, have one each.
 */
const shared = filesOfOneProcess();

export default defineConfig({
  test: {
    testTimeout: 30_000,
    // A state is waited for: the limit is for what never comes.
    expect: { poll: { timeout: 25_000 } },
    maxWorkers: 2,
    // The same with and without an addon: what is about native kernels asks for them (vitest.native.config.ts).
    env: { ATIF_BACKEND: "wasm" },
    projects: [
      {
        extends: true,
        test: { name: "alone", include: ["test/**/*.test.ts"], exclude: [...ELSEWHERE, ...shared] },
      },
      {
        extends: true,
        test: { name: "together", include: shared, setupFiles: ["test/as-at-first.ts"], isolate: false },
      },
    ],
  },
});
