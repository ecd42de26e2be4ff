/**
 * Test files that take long, and tell little until something at their feet breaks that others see too: `npm run test:long`, a
 * stage of .ci/run. `npm test` has the rest, in under 5 minutes on 2 cores. Paths from the root of the repository.
 */

/** Commands as processes: runs killed and continued, sweeps, code of every device compiled, the packed package, benches. */
export const LONG: readonly string[] = [
  "test/bench/bench.test.ts",
  "test/bench/bundle-size.test.ts",
  "test/cli/bench.test.ts",
  "test/cli/busy-run.test.ts",
  "test/cli/devices.test.ts",
  "test/cli/resume.test.ts",
  "test/cli/several-runs.test.ts",
  "test/cli/signals.test.ts",
  "test/cli/sweep.test.ts",
  "test/cli/time.test.ts",
  "test/docs/tutorial.test.ts",
  "test/package/package.test.ts",
];

/** In a browser: what is beside the way from drawing to training, sharing and saving. */
export const LONG_IN_BROWSER: readonly string[] = [
  "test/browser/any-network.test.ts",
  "test/browser/axe.test.ts",
  "test/browser/elements.test.ts",
  "test/browser/embed.test.ts",
  "test/browser/foreign.test.ts",
  "test/browser/policy.test.ts",
  "test/browser/reach.test.ts",
  "test/browser/staircase.test.ts",
  "test/browser/standalone.test.ts",
];
