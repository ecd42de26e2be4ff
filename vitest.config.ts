import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    // they need a browser, or minutes, and have configurations of their own
    exclude: ["test/browser/**", "test/slow/**", "node_modules/**"],
    testTimeout: 30_000,
    maxWorkers: 2,
  },
});
