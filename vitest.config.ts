import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // they need a browser, or minutes, and have configurations of their own
    exclude: ["test/browser/**", "test/slow/**", "node_modules/**"],
    testTimeout: 30_000,
    maxWorkers: 2,
    // The same with and without an addon; test/kernels/native.test.ts asks for it.
    env: { ATIF_BACKEND: "wasm" },
  },
});
