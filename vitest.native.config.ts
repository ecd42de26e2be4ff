import { defineConfig } from "vitest/config";

/**
 * The native kernels, where they are built: .ci/native. Their own tests, and those of numbers that come from elsewhere, by
 * the instruction set that the environment variable ATIF_INSTRUCTION_SET names.
 */
export default defineConfig({
  test: {
    include: ["test/native/**/*.native.ts", "test/{golden,neurons,ops}/**/*.test.ts"],
    setupFiles: ["test/native/install.ts"],
    env: { ATIF_BACKEND: "native" },
    testTimeout: 120_000,
    // A state is waited for: the limit is for what never comes.
    expect: { poll: { timeout: 60_000 } },
    maxWorkers: 2,
  },
});
