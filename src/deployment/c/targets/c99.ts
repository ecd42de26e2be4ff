/** The C alone, and a Makefile for the machine itself. */

import type { CParts, Target } from "./target.js";

export const c99: Target = {
  usage: (_, isTested) =>
    isTested ? "`make test` compiles the self-test and runs it." : "`make` compiles the network.",
  files: plainFiles,
};

/** The same files for every target that is compiled with make. */
export function plainFiles({ name, header, source, makefile, readme, test }: CParts): Record<string, string> {
  return {
    [`${name}.h`]: header,
    [`${name}.c`]: source,
    Makefile: makefile,
    "README.md": readme,
    ...(test === null ? {} : { [`${name}_test.c`]: test }),
  };
}
