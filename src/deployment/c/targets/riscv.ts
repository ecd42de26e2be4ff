/** RISC-V of 32 bits: rules that run the self-test in QEMU, with picolibc, which brings linker script and start-up code. */

import { boardRules } from "./board-rules.js";
import { plainFiles } from "./c99.js";
import { boardInterface, measureProgram } from "./measure-program.js";
import type { CParts, Target } from "./target.js";

export const riscv: Target = {
  usage: (_, isTested) => {
    const size = `\`make size-riscv\` tells what the network takes in flash there (\`riscv64-unknown-elf-size\`), and writes the bytes that
each function has on the stack (\`.su\` files).`;
    if (!isTested) return size;
    return `\`make test\` compiles the self-test for this machine and runs it; \`make test-riscv\` does it on an emulated RISC-V of 32 bits
(\`riscv64-unknown-elf-gcc\` with picolibc, \`qemu-system-riscv32\`). It prints PASS. \`make measure-riscv\` counts the instructions
of a classification. The emulator knows no cycles: they depend on the processor and the memory of a board.

${size}`;
  },
  files: (parts) => ({
    ...plainFiles({ ...parts, makefile: parts.makefile + rules(parts) }),
    ...(parts.test === null
      ? {}
      : {
          [`${parts.name}_board.c`]: boardFile(parts.name),
          [`${parts.name}_measure.c`]: measureProgram(parts.name),
        }),
  }),
};

/** Of QEMU's machine "virt": 4 MiB of its memory stand for flash, 4 MiB for RAM. */
const memory = { flash: "0x80000000", flash_size: "0x400000", ram: "0x80400000", ram_size: "0x400000" };

function rules({ name, family, test }: CParts): string {
  const symbols = Object.entries(memory).map(([symbol, value]) => `-Wl,--defsym=__${symbol}=${value}`);
  return boardRules({
    name,
    family,
    prefix: "RISCV",
    tools: "riscv64-unknown-elf-",
    flags: "-std=c99 -O2 -Wall -Wextra -Wconversion -pedantic -ffunction-sections -fdata-sections",
    linking: `--crt0=hosted --oslib=semihost -Wl,--gc-sections ${symbols.join(" ")}`,
    parts: [],
    boards: [
      {
        id: "riscv",
        title: "a RISC-V of 32 bits",
        flags: "-march=rv32imac -mabi=ilp32 --specs=picolibc.specs",
        emulator:
          "qemu-system-riscv32 -M virt -bios none -nographic -semihosting-config enable=on,target=native",
      },
    ],
    isTested: test !== null,
  });
}

const boardFile = (name: string): string => `/* Counts what the processor executes. */
#include <stdint.h>

${boardInterface(name)}
const uint32_t ${name}_instructions_per_tick = 1;

uint32_t ${name}_ticks(void)
{
  uint32_t retired;
  __asm__ volatile("rdinstret %0" : "=r"(retired));
  return retired;
}
`;
