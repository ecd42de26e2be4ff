/** What exportC writes for each target: the same C, and files that fit one another and the rules of whoever reads them. */

import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import type { Dataset } from "../../src/datasets/dataset.js";
import { loadDigits } from "../../src/datasets/digits.js";
import { exportC, type ExportCOptions } from "../../src/deployment/c/export-c.js";
import { targets, type CTarget } from "../../src/deployment/c/targets/table.js";
import { classOf } from "../../src/deployment/integer/class-of.js";
import { IntegerModel } from "../../src/deployment/integer/integer-model.js";
import { init } from "../../src/kernels/select.js";
import { SMLP } from "../../src/models/smlp.js";
import "../../src/ops/install.js";
import { activationsRange } from "../../src/quantization/activations-range.js";
import { calibrate } from "../../src/quantization/calibrate.js";
import { quantizeModel } from "../../src/quantization/quantize-model.js";
import { manualSeed } from "../../src/random/generator.js";
import { VERSION } from "../../src/version.js";

const has = (program: string): boolean => spawnSync(program, ["--version"]).status === 0;
const [hasCC, hasCpp, hasMake] = [has("gcc"), has("g++"), has("make")];

let model: SMLP;
let test: Dataset;
let ranges: string;

function exported(target: CTarget, more: Partial<ExportCOptions> = {}): Record<string, string> {
  return exportC(model, { name: "digits", width: 8, ranges, tests: test, samples: 3, target, ...more });
}

/** Writes the files into a folder, hands it out, and removes it. */
function inFolder<T>(files: Record<string, string>, use: (folder: string) => T): T {
  const folder = mkdtempSync(join(tmpdir(), "atif-target-"));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    return use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** What a command says, or how it failed. */
function said(cwd: string, command: string, ...args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: "utf8" });
  return status === 0 ? stdout : `exit ${String(status)}\n${stdout}${stderr}`;
}

beforeAll(async () => {
  await init({ backend: "wasm" });
  manualSeed(3);
  const digits = await loadDigits();
  ({ test } = digits);
  model = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [7], timesteps: 3, neuron: { kind: "ATIF" } });
  const quantized = quantizeModel(model, { bits: 8, roundtype: "floor" });
  calibrate(quantized, test);
  ranges = activationsRange(quantized);
}); // prettier-ignore

const names = Object.keys(targets) as CTarget[];
const made = (target: CTarget): string[] => Object.keys(exported(target)).sort();

describe("a target", () => {
  it("is c99 if nothing is said", () => {
    expect(exportC(model, { width: 8, ranges })).toEqual(exportC(model, { width: 8, ranges, target: "c99" }));
  });

  it("says what it expects", () => {
    expect(() => exported("avr" as never)).toThrow(
      'exportC: target is "avr"; expected one of "c99", "arduino", "cortex-m", "riscv".',
    );
    expect(() => exported("toString" as never)).toThrow('exportC: target is "toString"');
  });

  it.each(names)("changes nothing of the network: %s", (target) => {
    const [plain, files] = [exported("c99"), exported(target)];
    const folder = target === "arduino" ? "src/" : "";
    expect(files[`${folder}digits.c`]).toBe(plain["digits.c"]);
    expect(files[`${folder}digits.h`]).toBe(plain["digits.h"]);
    expect(Object.values(files)).toContain(plain["digits_test.c"]);
  });

  it("brings its files", () => {
    const plain = ["Makefile", "README.md", "digits.c", "digits.h", "digits_test.c"];
    const board = ["digits_board.c", "digits_measure.c"];
    expect(made("c99")).toEqual(plain);
    expect(made("cortex-m")).toEqual([...plain, ...board, "board.ld"].sort());
    expect(made("riscv")).toEqual([...plain, ...board].sort());
  });

  it.each(names)("brings nothing that tests without samples: %s", (target) => {
    const files = exportC(model, { width: 8, ranges, target });
    expect(Object.keys(files).filter((path) => /test|measure|extras/.test(path))).toEqual([]);
    expect(files["README.md"]).not.toMatch(/self-test|test-/);
    expect(files["Makefile"] ?? "").not.toMatch(/_test|_measure|test:/);
  });

  it.skipIf(!hasCC || !hasMake).each(["c99", "cortex-m", "riscv"] as const)(
    "tests here, too: %s",
    (target) => {
      inFolder(exported(target), (folder) => {
        expect(said(folder, "make", "-s", "test")).toMatch(/^PASS: 3 samples, 3 steps, /);
        expect(said(folder, "make", "-s", "clean")).toBe("");
      });
    },
  );

  it.skipIf(!hasCC || !hasMake)("tests here, too: arduino", () => {
    inFolder(exported("arduino"), (folder) => {
      expect(said(folder, "make", "-s", "-C", "extras", "test")).toMatch(/^PASS: 3 samples, 3 steps, /);
    });
  });
});

describe("a board", () => {
  const boards: readonly [CTarget, string, string, string][] = [
    ["cortex-m", "m3", "arm-none-eabi-gcc .*-mcpu=cortex-m3 -mthumb ", "qemu-system-arm -M mps2-an385 -cpu cortex-m3 "],
    ["cortex-m", "m4", "arm-none-eabi-gcc .*-mcpu=cortex-m4 -mthumb ", "qemu-system-arm -M mps2-an386 -cpu cortex-m4 "],
    ["riscv", "riscv", "riscv64-unknown-elf-gcc .*-march=rv32imac -mabi=ilp32 --specs=picolibc", "qemu-system-riscv32 -M virt -bios none "],
  ]; // prettier-ignore

  it.skipIf(!hasMake).each(boards)("of %s has rules that its files fit: %s", (target, id, compiler, emulator) => {
    inFolder(exported(target), (folder) => {
      const test = said(folder, "make", "-n", `test-${id}`).split("\n");
      expect(test[0]).toMatch(new RegExp(`^${compiler}.*-DDIGITS_TRACED -o digits_test_${id}.elf digits_test.c digits.c `));
      expect(test[1]).toMatch(new RegExp(`^${emulator}.* -kernel digits_test_${id}.elf$`));
      const measure = said(folder, "make", "-n", `measure-${id}`).split("\n");
      expect(measure[0]).toMatch(new RegExp(`^${compiler}`));
      // What is measured is what is used.
      expect(measure[0]).not.toMatch(/TRACED/);
      expect(measure[1]).toMatch(new RegExp(`^${emulator}.* -icount shift=0 -kernel digits_measure_${id}.elf$`));
      expect(said(folder, "make", "-n", `size-${id}`)).toMatch(new RegExp(`size digits_${id}.o\n$`));
      expect(said(folder, "make", "-n", "clean")).toContain(` digits_test_${id}.elf digits_measure_${id}.elf `);
    });
  }); // prettier-ignore

  it.skipIf(!hasMake).each(boards)("of %s tells its size without samples: %s", (target, id, compiler) => {
    inFolder(exportC(model, { width: 8, ranges, target }), (folder) => {
      expect(said(folder, "make", "-n", `size-${id}`)).toMatch(new RegExp(`^${compiler}`));
      expect(said(folder, "make", "-n", `test-${id}`)).toMatch(/^exit 2/);
    });
  });

  it("has a linker script that defines what the start-up code names", () => {
    const files = exported("cortex-m");
    const script = files["board.ld"];
    const start = files["digits_board.c"];
    const declared = /extern uint32_t (__stack.*);/.exec(start)?.[1].split(", ") ?? [];
    expect(declared).toEqual(["__stack", "__data_start__", "__data_end__", "__data_source__"]);
    for (const symbol of declared) expect(script).toMatch(new RegExp(`^ *${symbol} = `, "m"));
    expect(script).toMatch(/^ENTRY\(reset_handler\)$/m);
    expect(start).toMatch(/^void reset_handler\(void\)\n\{/m);
    // The processor reads the top of the stack and where to begin from the lowest words.
    expect(start).toMatch(/section\("\.vectors"\)[^}]*= \{\n {2}&__stack,\n {2}\{reset_handler, /);
    expect(script.indexOf("KEEP(*(.vectors))")).toBeGreaterThan(0);
    expect(script.indexOf("KEEP(*(.vectors))")).toBeLessThan(script.indexOf("*(.text"));
  });

  it.skipIf(!hasCC).each(["cortex-m", "riscv"] as const)("counts instructions on average over samples: %s", (target) => {
    // A counter that goes on by 1, 2, 3 with the samples: of 6 ticks in all, 40 instructions each.
    const counter = `#include <stdint.h>
const uint32_t digits_instructions_per_tick = 40;
uint32_t digits_ticks(void) { static uint32_t calls, now = 0xffffffffu; now += calls % 2 * (calls / 2 + 1); calls++; return now; }
`;
    inFolder({ ...exported(target), "counter.c": counter }, (folder) => {
      const flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Wconversion", "-pedantic", "-Werror"];
      expect(said(folder, "gcc", ...flags, "-o", "measure", "digits_measure.c", "digits.c", "counter.c")).toBe("");
      const state = /`digits_state`, in RAM .* \| (\d+) \|/.exec(exported(target)["README.md"])?.[1];
      expect(said(folder, "./measure")).toBe(`instructions 80\nstate ${state}\n`);
    });
  }); // prettier-ignore

  it("knows no name of a network that means something else", () => {
    for (const name of ["board", "reset", "vector", "data", "measure", "test"]) {
      const files = exported("cortex-m", { name });
      const own = [...files[`${name}.c`].matchAll(new RegExp(`^\\w.* \\*?(${name}_\\w+)\\(`, "gm"))].map((m) => m[1]);
      expect(own).toContain(`${name}_reset`);
      for (const each of own) expect(files[`${name}_board.c`]).not.toMatch(new RegExp(`\\b${each}\\b`));
    }
  }); // prettier-ignore
});

describe("an Arduino library", () => {
  const properties = (files: Record<string, string>): Map<string, string> =>
    new Map(
      files["library.properties"]
        .trimEnd()
        .split("\n")
        .map((line): [string, string] => [
          line.slice(0, line.indexOf("=")),
          line.slice(line.indexOf("=") + 1),
        ]),
    );

  it("has the layout of the specification", () => {
    expect(made("arduino")).toEqual([
      "README.md",
      "examples/Classify/Classify.ino",
      "extras/Makefile",
      "extras/digits_test.c",
      "keywords.txt",
      "library.properties",
      "src/digits.c",
      "src/digits.h",
    ]);
    // All of src is compiled into every sketch, which has a main of its own.
    expect(exported("arduino")["src/digits.c"]).not.toMatch(/\bmain\b/);
  });

  it("has every required field, with a value that is allowed", () => {
    const files = exported("arduino");
    const fields = properties(files);
    expect([...fields.keys()]).toEqual([
      "name", "version", "author", "maintainer", "sentence", "paragraph", "category", "url", "architectures", "includes",
    ]); // prettier-ignore
    for (const [, value] of fields) expect(value.trim()).not.toBe("");
    expect(fields.get("name")).toBe("digits");
    expect(fields.get("version")).toBe(VERSION);
    expect(fields.get("version")).toMatch(/^\d+\.\d+\.\d+$/);
    expect(fields.get("maintainer")).not.toMatch(/arduino/i);
    expect(fields.get("paragraph")).not.toContain(fields.get("sentence"));
    expect([
      "Display", "Communication", "Signal Input/Output", "Sensors", "Device Control", "Timing", "Data Storage",
      "Data Processing", "Other",
    ]).toContain(fields.get("category")); // prettier-ignore
    // A name that is reserved for examples: nobody's address.
    expect(new URL(fields.get("url") ?? "").hostname).toBe("example.com");
    expect(fields.get("architectures")).toBe("*");
    expect(Object.keys(files)).toContain(`src/${fields.get("includes")}`);
  });

  it("breaks no rule of arduino-lint that is an error, whatever it is called", () => {
    for (const name of ["a", "n2_", "digits", "my_arduino", "z".repeat(41)]) {
      const files = exported("arduino", { name });
      const fields = properties(files);
      const value = (key: string): string => fields.get(key) ?? "";
      // LP005: each line is a key and a value; LP006: no key that is like another one.
      for (const line of files["library.properties"].trimEnd().split("\n")) expect(line).toMatch(/^[a-z_]+=\S.*$/);
      expect(fields.size).toBe(files["library.properties"].trimEnd().split("\n").length);
      // LP009, LP011, LP015: a name of letters, digits, and _ that begins with a letter.
      expect(value("name")).toMatch(/^[a-zA-Z][a-zA-Z0-9_.-]{0,62}$/);
      // LS008, LP052: the header is called as the library and is there.
      expect(value("includes")).toBe(`${value("name")}.h`);
      expect(Object.keys(files)).toContain(`src/${value("includes")}`);
      // LS006, LS007, LS009 to LS012, LP004, LD003, LD005, LD006: nothing else in the root, one library.properties, sketches in examples.
      const paths = Object.keys(files);
      const roots = new Set(paths.map((path) => path.split("/")[0]));
      const known = ["README.md", "library.properties", "keywords.txt", "src", "examples", "extras"];
      expect([...roots].filter((root) => !known.includes(root))).toEqual([]);
      expect(paths.filter((path) => /library\.properties$/i.test(path))).toEqual(["library.properties"]);
      const sketches = paths.filter((path) => path.endsWith(".ino"));
      expect(sketches.length).toBeGreaterThan(0);
      // SS001, SS002: a sketch is called as its folder, with characters that are allowed.
      for (const path of sketches) expect(path).toMatch(/^examples\/([A-Za-z0-9][A-Za-z0-9_.-]{0,62})\/\1\.ino$/);
      for (const path of paths.filter((each) => /\.(ino|h|c)$/.test(each))) {
        // LC001: capitals count.
        expect(files[path]).not.toMatch(/#include\s*[<"]arduino\.h/);
      }
    }
  }); // prettier-ignore

  it("colours the names that there are, with tabs", () => {
    const files = exported("arduino");
    const rows = files["keywords.txt"].trimEnd().split("\n");
    expect(rows.length).toBe(10);
    for (const row of rows) {
      expect(row).toMatch(/^\w+\t(KEYWORD1|KEYWORD2|LITERAL1)$/);
      expect(files["src/digits.h"]).toMatch(new RegExp(`\\b${row.split("\t")[0]}\\b`));
    }
  });

  it.each([
    ["arduino", "one that does not begin with arduino"],
    ["arduino_digits", "one that does not begin with arduino"],
    ["string", "another one: <string.h> is a header of C"],
    ["stdint", "another one: <stdint.h> is a header of C"],
    ["wire", "another one: wire.h is a header of Arduino's where capitals do not count"],
  ])("cannot be called %s", (name, expected) => {
    const message = `exportC: name is "${name}"; for target "arduino" expected ${expected}.`;
    expect(() => exported("arduino", { name })).toThrow(new RangeError(message));
    expect(() => exported("c99", { name })).not.toThrow();
  });

  /** Stands for Arduino.h. */
  const host = `#include <stdio.h>
#define F(text) text
struct { void begin(long) {} void print(const char *t) { printf("%s", t); } void print(int n) { printf("%d", n); }
  void println(unsigned long n) { printf("%lu\\n", n); } } Serial;
static unsigned long now; static unsigned long micros() { return now += 7; } static void delay(int) {}
`;
  const sketch = (files: Record<string, string>): string =>
    inFolder(
      {
        ...files,
        "sketch.cpp": `${host}${files["examples/Classify/Classify.ino"]}int main() { setup(); loop(); return 0; }\n`,
      },
      (folder) => {
        const flags = ["-Wall", "-Wextra", "-Werror", "-Isrc"];
        const compiled = said(folder, "gcc", "-std=c99", ...flags, "-c", "-o", "network.o", "src/digits.c");
        const linked = said(folder, "g++", ...flags, "-o", "sketch", "sketch.cpp", "network.o");
        return `${compiled}${linked}${said(folder, "./sketch")}`;
      },
    );

  it.skipIf(!hasCC || !hasCpp)("has a sketch that classifies the first sample", () => {
    const integer = new IntegerModel(model, { width: 8, ranges });
    const best = classOf(integer, integer.quantizeInput(test.batch([0]).x), 3);
    expect(sketch(exported("arduino"))).toBe(`class ${best}, expected ${best}, microseconds 7\n`);
  });

  it.skipIf(!hasCC || !hasCpp)("has a sketch without samples", () => {
    const integer = new IntegerModel(model, { width: 8, ranges });
    const best = classOf(integer, new Int32Array(64), 3);
    expect(sketch(exported("arduino", { tests: undefined } as never))).toBe(
      `class ${best}, microseconds 7\n`,
    );
  });
});
