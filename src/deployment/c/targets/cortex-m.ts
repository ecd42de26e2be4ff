/** Cortex-M3 and Cortex-M4: a linker script, a vector table, and rules that run the self-test in QEMU. */

import { boardRules, type Board } from "./board-rules.js";
import { plainFiles } from "./c99.js";
import { boardInterface, measureProgram } from "./measure-program.js";
import type { CParts, Target } from "./target.js";

const emulator = (machine: string, cpu: string): string =>
  `qemu-system-arm -M ${machine} -cpu ${cpu} -nographic -semihosting-config enable=on,target=native`;

const boards: readonly Board[] = [
  {
    id: "m3",
    title: "a Cortex-M3",
    flags: "-mcpu=cortex-m3 -mthumb",
    emulator: emulator("mps2-an385", "cortex-m3"),
  },
  {
    id: "m4",
    title: "a Cortex-M4",
    flags: "-mcpu=cortex-m4 -mthumb",
    emulator: emulator("mps2-an386", "cortex-m4"),
  },
];

export const cortexM: Target = {
  usage: (name, isTested) => {
    const size = `\`make size-m3 size-m4\` tells what the network takes in flash there (\`arm-none-eabi-size\`), and writes
the bytes that each function has on the stack (\`.su\` files).`;
    const setting = `\`board.ld\` and the vector table in \`${name}_board.c\` are those of Arm's MPS2 boards, which QEMU emulates: on another board,
take its own, and \`${name}.h\` and \`${name}.c\` as they are.`;
    if (!isTested) return `${size}\n\n${setting}`;
    return `\`make test\` compiles the self-test for this machine and runs it; \`make test-m3\` and \`make test-m4\` do it on an emulated
Cortex-M3 and Cortex-M4 (\`arm-none-eabi-gcc\` with newlib, \`qemu-system-arm\`). It prints PASS. \`make measure-m3 measure-m4\`
counts the instructions of a classification. The emulator knows no cycles: they depend on the memory of a board.

${size}

${setting}`;
  },
  files: (parts) => ({
    ...plainFiles({ ...parts, makefile: parts.makefile + rules(parts) }),
    "board.ld": linkerScript,
    [`${parts.name}_board.c`]: boardFile(parts.name),
    ...(parts.test === null ? {} : { [`${parts.name}_measure.c`]: measureProgram(parts.name) }),
  }),
};

function rules({ name, family, test }: CParts): string {
  return boardRules({
    name,
    family,
    prefix: "ARM",
    tools: "arm-none-eabi-",
    flags: "-std=c99 -O2 -Wall -Wextra -Wconversion -pedantic -ffunction-sections -fdata-sections",
    linking: "--specs=rdimon.specs -Wl,--gc-sections -T board.ld",
    parts: ["board.ld"],
    boards,
    isTested: test !== null,
  });
}

const linkerScript = `/*
 * Arm's MPS2 boards (AN385, AN386): 4 MiB from 0, 4 MiB from 0x20000000. As flash would have it, what is constant and the first
 * values of variables lie below; the reset handler copies these up.
 */
ENTRY(reset_handler)

MEMORY
{
  FLASH (rx) : ORIGIN = 0x00000000, LENGTH = 4M
  RAM (rwx)  : ORIGIN = 0x20000000, LENGTH = 4M
}

SECTIONS
{
  .text :
  {
    KEEP(*(.vectors))
    *(.text .text.*)
    KEEP(*(.init))
    KEEP(*(.fini))
    *(.rodata .rodata.*)
    *(.eh_frame .eh_frame.*)
    . = ALIGN(4);
    __preinit_array_start = .;
    KEEP(*(.preinit_array))
    __preinit_array_end = .;
    __init_array_start = .;
    KEEP(*(SORT(.init_array.*)))
    KEEP(*(.init_array))
    __init_array_end = .;
    __fini_array_start = .;
    KEEP(*(.fini_array))
    KEEP(*(SORT(.fini_array.*)))
    __fini_array_end = .;
  } > FLASH

  .ARM.exidx :
  {
    __exidx_start = .;
    *(.ARM.exidx .ARM.exidx.*)
    __exidx_end = .;
  } > FLASH

  .data :
  {
    . = ALIGN(4);
    __data_start__ = .;
    *(.data .data.*)
    . = ALIGN(4);
    __data_end__ = .;
  } > RAM AT > FLASH
  __data_source__ = LOADADDR(.data);

  .bss (NOLOAD) :
  {
    . = ALIGN(4);
    __bss_start__ = .;
    *(.bss .bss.*)
    *(COMMON)
    . = ALIGN(4);
    __bss_end__ = .;
  } > RAM

  end = .;
  __end__ = .;
  __stack = ORIGIN(RAM) + LENGTH(RAM);
}
`;

const boardFile = (
  name: string,
): string => `/* Starts a program on Arm's MPS2 boards, and counts what it executes. */
#include <stdint.h>

${boardInterface(name)}
extern uint32_t __stack, __data_start__, __data_end__, __data_source__;
extern void _start(void);
extern void _exit(int status);
void reset_handler(void);

static void fault(void)
{
  _exit(2);
}

void reset_handler(void)
{
  const uint32_t *from = &__data_source__;
  uint32_t *to = &__data_start__;
  while (to < &__data_end__) *to++ = *from++;
  _start();
}

/* The top of the stack, reset, and 14 exceptions of the processor; nothing turns interrupts on. */
struct vectors {
  uint32_t *stack;
  void (*handlers[15])(void);
};

extern const struct vectors vector_table;
__attribute__((section(".vectors"), used)) const struct vectors vector_table = {
  &__stack,
  {reset_handler, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault, fault}
};

/* A timer of the board at 25 MHz: 40 ns for each count, and a nanosecond for each instruction with -icount shift=0. */
#define TIMER_CONTROL (*(volatile uint32_t *)0x40000000u)
#define TIMER_VALUE (*(volatile uint32_t *)0x40000004u)
#define TIMER_RELOAD (*(volatile uint32_t *)0x40000008u)

const uint32_t ${name}_instructions_per_tick = 40;

uint32_t ${name}_ticks(void)
{
  if ((TIMER_CONTROL & 1u) == 0) {
    TIMER_RELOAD = 0xffffffffu;
    TIMER_VALUE = 0xffffffffu;
    TIMER_CONTROL = 1u;
  }
  return 0xffffffffu - TIMER_VALUE;
}
`;
