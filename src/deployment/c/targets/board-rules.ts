/** Rules of a Makefile for a board that an emulator stands for: test-BOARD, measure-BOARD, size-BOARD. */

import type { NumberFamily } from "../c-network.js";

export interface Board {
  /** "m4" */
  readonly id: string;
  /** "a Cortex-M4" */
  readonly title: string;
  /** What chooses the processor. */
  readonly flags: string;
  /** The emulator and the machine, up to the program. */
  readonly emulator: string;
}

export interface BoardRules {
  readonly name: string;
  /** Names of variables begin with it: "ARM". */
  readonly prefix: string;
  /** "arm-none-eabi-" */
  readonly tools: string;
  /** Of the compiler and of the linker, alike for all boards. */
  readonly flags: string;
  readonly linking: string;
  /** What its numbers are: options of the compiler that cannot be left out. */
  readonly family: NumberFamily;
  /** What the programs are made of besides: "board.ld". */
  readonly parts: readonly string[];
  readonly boards: readonly Board[];
  readonly isTested: boolean;
}

/** To be added to the Makefile of the machine itself: clean is its rule, and goes on here. */
export function boardRules(rules: BoardRules): string {
  const { name, prefix, tools, flags, linking, parts, boards, isTested, family } = rules;
  const NAME = name.toUpperCase();
  const own = family.flags === null ? "" : ` ${family.flags.option}`;
  const [CC, FLAGS, LINK] = [`$(${prefix}_CC)`, `$(${prefix}_FLAGS)${own}`, `$(${prefix}_LINK)`];
  const needed = [`${name}.h`, ...parts].join(" ");
  const ofBoard = ({ id, title, flags: cpu, emulator }: Board): string => {
    const program = (what: string, define: string, included = ""): string => {
      const sources = `${name}_${what}.c ${name}.c ${name}_board.c`;
      return `
${name}_${what}_${id}.elf: ${sources} ${included}${needed}
	${CC} ${FLAGS} ${cpu}${define} -o $@ ${sources} ${LINK}
`;
    };
    const size = `
# The network alone for ${title}: text and data are what it takes in flash; what calls it and the C library come on top.
${name}_${id}.o: ${name}.c ${name}.h
	${CC} ${FLAGS} ${cpu} -fstack-usage -c -o $@ ${name}.c

size-${id}: ${name}_${id}.o
	${tools}size ${name}_${id}.o
`;
    if (!isTested) return size;
    return `${program("test", ` -D${NAME}_TRACED`)}
# The self-test on ${title}: prints PASS.
test-${id}: ${name}_test_${id}.elf
	${emulator} -kernel ${name}_test_${id}.elf
${program("measure", "", `${name}_test.c `)}
# Instructions of a classification on ${title}; -icount shift=0 makes the emulator count them.
measure-${id}: ${name}_measure_${id}.elf
	${emulator} -icount shift=0 -kernel ${name}_measure_${id}.elf
${size}`;
  };
  const phony = boards.flatMap(({ id }) =>
    (isTested ? ["test", "measure", "size"] : ["size"]).map((what) => `${what}-${id}`),
  );
  const made = boards.flatMap(({ id }) => [
    ...(isTested ? [`${name}_test_${id}.elf`, `${name}_measure_${id}.elf`] : []),
    `${name}_${id}.o`,
    `${name}_${id}.su`,
  ]);
  return `
${prefix}_CC ?= ${tools}gcc
${prefix}_FLAGS ?= ${flags}
${prefix}_LINK ?= ${linking}
${boards.map(ofBoard).join("")}
clean: clean-boards
clean-boards:
	rm -f ${made.join(" ")}

.PHONY: ${phony.join(" ")} clean-boards
`;
}
