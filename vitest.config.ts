import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // kept apart: they need a browser, or take minutes; run with `vitest run --dir`
    exclude: ["test/browser/**", "test/slow/**", "node_modules/**"],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
