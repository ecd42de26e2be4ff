/** Holds one call of one backend to the reference. */

import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import { referenceKernels } from "../../src/kernels/reference/kernels.js";
import type { Argument, Case, Row, Tolerance } from "./arguments.js";
import { call, expectedOutputs, isArray } from "./call.js";
import { difference } from "./compare.js";

/** Sentences that say what is wrong, none if all is well. */
export function check<Name extends KernelName>(
  backend: Backend,
  name: Name,
  row: Row<Name>,
  test: Case<Name>,
): string[] {
  const { outputs, violations } = call(backend, name, test);
  const problems = [...violations];
  for (const [output, expected] of expectedOutputs(referenceKernels, name, test)) {
    const actual = outputs.get(output);
    if (actual === undefined) throw new Error(`${name} has no output ${output}`);
    const tolerance: Tolerance = row.except?.[output] ?? row.tolerance;
    const found = difference(actual, expected, tolerance, scaleOf(test, output));
    if (found !== null) problems.push(`${output}${found}`);
  }
  return problems.map((problem) => `${name}, ${test.label}: ${problem}`);
}

function scaleOf<Name extends KernelName>(test: Case<Name>, output: string): number {
  const argument = (test.args as readonly Argument[]).filter(isArray).find(({ name }) => name === output);
  return argument?.scale ?? 0;
}
