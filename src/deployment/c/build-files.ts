/** What lies beside the C of a network: rules that compile it, and what it takes. */

import type { CProgram } from "./c-program.js";
import type { Source } from "./c-source.js";

export function makefile(name: string, { network: { family } }: CProgram, isTested: boolean): string {
  const { flags } = family;
  const own = flags === null ? "" : ` ${flags.option}`;
  const test = isTested
    ? `
test: ${name}_test
	./${name}_test

${name}_test: ${name}_test.c ${name}.c ${name}.h
	$(CC) $(CFLAGS)${own} -D${name.toUpperCase()}_TRACED -o $@ ${name}_test.c ${name}.c
`
    : "";
  return `CFLAGS ?= -std=c99 -O2 -Wall -Wextra -Wconversion -pedantic
${flags === null ? "" : `# ${flags.option}: ${flags.why}\n`}
${name}.o: ${name}.c ${name}.h
	$(CC) $(CFLAGS)${own} -c -o $@ ${name}.c
${test}
clean:
	rm -f ${name}.o${isTested ? ` ${name}_test` : ""}

.PHONY: ${isTested ? "test " : ""}clean
`;
}

export interface ReadmeFacts {
  readonly name: string;
  readonly timesteps: number;
  /** Whether a sample has another input at every time step. */
  readonly time: boolean;
  /** Fractional bits of the network's input and of each layer's output; null where there are none. */
  readonly fractionalBits: readonly number[] | null;
  /** How it is compiled and tried on the target. */
  readonly usage: string;
}

export function readme(
  { network, numbers, spikes }: CProgram,
  { flash, ram }: Source,
  { name, timesteps, time, fractionalBits, usage }: ReadmeFacts,
): string {
  const NAME = name.toUpperCase();
  const { family, inputShape, layers } = network;
  const row = (i: number, layer: string, kind: string, shape: readonly number[]): string =>
    `| ${layer} | ${kind} | ${shape.join(" x ")} |${fractionalBits === null ? "" : ` ${fractionalBits[i]} |`}`;
  const table = [
    `| layer | kind | shape |${fractionalBits === null ? "" : " fractional bits |"}`,
    `|---|---|---|${fractionalBits === null ? "" : "---|"}`,
    row(0, "input", `${NAME}_INPUTS`, inputShape),
    ...layers.map(({ layer, kind, shape }, i) => row(i + 1, layer, kind, shape)),
  ];
  const { flags } = family;
  const compiling = flags === null ? "" : `\nCompile it with \`${flags.option}\`. ${flags.why}\n`;
  return `# ${name}

A spiking network in C99: ${timesteps} time steps, ${family.title}. ${family.promise} \`${name}.h\` says how it is fed.

    #include "${name}.h"

    static ${name}_state state;
    int best = ${name}_classify(&state, ${time ? "inputs" : "input"}, NULL);

${time ? `A sample has an input for each time step: \`inputs\` holds them one after the other, \`${NAME}_SEQUENCE\` numbers. Of inputs that\ncome one by one, call \`${name}_reset\` before the first and \`${name}_step\` with each.\n\n` : ""}| | bytes |
|---|---|
| constants (weights and what sums start from), in flash | ${flash} |
| \`${name}_state\`, in RAM (${numbers} numbers and ${spikes} spikes of maps, and the potentials) | ${ram} |

${usage}
${compiling}
${table.join("\n")}
`;
}
