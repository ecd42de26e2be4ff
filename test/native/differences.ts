/** What a native kernel computes otherwise than WebAssembly did. */

import type { Backend } from "../../src/kernels/backend.js";
import type { KernelName } from "../../src/kernels/contract.js";
import type { Case } from "../contract/arguments.js";
import { call, wordsOf, type CallResult } from "../contract/call.js";

const nan = (word: number): boolean => (word & 0x7fffffff) > 0x7f800000;

/** Sentences: what differs in the words of a call; NaNs are equal. */
export function differences(
  name: KernelName,
  test: Case<KernelName>,
  native: Backend,
  expected: CallResult,
): string[] {
  const actual = call(native, name, test);
  const found = [...actual.violations];
  for (const [output, words] of expected.outputs) {
    const [a, b] = [words, actual.outputs.get(output) ?? new Float32Array(0)].map(wordsOf);
    const floats = words instanceof Float32Array;
    const at = a.findIndex((word, i) => word !== b[i] && !(floats && nan(word) && nan(b[i])));
    if (at >= 0)
      found.push(`${test.label}: ${output}[${at}] differs on ${native.instructionSet} x ${native.threads}`);
  }
  return found;
}
