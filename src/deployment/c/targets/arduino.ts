/**
 * A library for the Arduino IDE, in the layout of revision 2.2 of Arduino's library specification: the C in src, a sketch in
 * examples, what the IDE is not to look at in extras.
 */

import { VERSION } from "../../../version.js";
import type { CParts, Target } from "./target.js";

/** Headers that a src folder would hide from everybody's #include <...>, and Arduino's own. */
const taken = [
  "arduino", "assert", "complex", "ctype", "errno", "fenv", "float", "inttypes", "iso646", "limits", "locale", "math", "new",
  "setjmp", "signal", "stdalign", "stdarg", "stdatomic", "stdbool", "stddef", "stdint", "stdio", "stdlib", "stdnoreturn",
  "string", "strings", "tgmath", "threads", "time", "uchar", "unistd", "wchar", "wctype",
]; // prettier-ignore

/** Headers of Arduino's own that differ from NAME.h by capitals alone: on a disk that does not see capitals they are the same. */
const arduinos = [
  "binary", "client", "eeprom", "ipaddress", "keyboard", "mouse", "print", "printable", "sd", "server", "servo", "spi",
  "stream", "udp", "wifi", "wire", "wstring",
]; // prettier-ignore

/** @returns what is wrong with a name; null if nothing is */
function wrongName(name: string): string | null {
  // Arduino keeps these for its own libraries.
  if (name.startsWith("arduino")) return "one that does not begin with arduino";
  if (arduinos.includes(name))
    return `another one: ${name}.h is a header of Arduino's where capitals do not count`;
  return taken.includes(name) ? `another one: <${name}.h> is a header of C` : null;
}

export const arduino: Target = {
  usage: (
    name,
    isTested,
  ) => `This folder is an Arduino library. Copy it to the folder \`libraries\` of your sketchbook, or make a ZIP file of it for
Sketch > Include Library > Add .ZIP Library. File > Examples > ${name} > Classify shows how it is called.

On AVR (Uno, Mega) constants lie in RAM, not in flash alone: add both lines of the table.
${isTested ? "\n`make -C extras test` compiles the self-test on your computer and runs it.\n" : ""}
Before you publish it, put your name, your address and the library's in \`library.properties\`: \`https://example.com/\` stands
there for what only you know. Add a \`LICENSE\`, too.`,
  wrongName,
  files: (parts) => ({
    "README.md": parts.readme,
    "library.properties": properties(parts),
    "keywords.txt": keywords(parts),
    [`src/${parts.name}.h`]: parts.header,
    [`src/${parts.name}.c`]: parts.source,
    "examples/Classify/Classify.ino": sketch(parts),
    ...(parts.test === null
      ? {}
      : { [`extras/${parts.name}_test.c`]: parts.test, "extras/Makefile": makefile(parts) }),
  }),
};

const properties = ({ name, family }: CParts): string => `name=${name}
version=${VERSION}
author=atif
maintainer=atif
sentence=A spiking neural network in ${family.title.replace(/ of \d+ bits$/, "")}.
paragraph=${family.number === "float" ? "It" : "It needs no floating point and"} allocates no memory. Where a layer reads spikes, only those that came are computed.
category=Data Processing
url=https://example.com/
architectures=*
includes=${name}.h
`;

function keywords({ name, time, family }: CParts): string {
  const NAME = name.toUpperCase();
  const own = family.macros(NAME).flatMap((line) => /^#define (\w+)/.exec(line)?.[1] ?? []);
  const rows = [
    [`${name}_number`, "KEYWORD1"],
    [`${name}_state`, "KEYWORD1"],
    ...["reset", "step", "classify"].map((what) => [`${name}_${what}`, "KEYWORD2"]),
    ...["INPUTS", "OUTPUTS", "TIMESTEPS", ...(time ? ["SEQUENCE"] : [])].map((what) => [
      `${NAME}_${what}`,
      "LITERAL1",
    ]),
    ...own.map((macro) => [macro, "LITERAL1"]),
  ];
  return rows.map((row) => `${row.join("\t")}\n`).join("");
}

/** Shows the first sample of the self-test, or nothing but zeros, over and over. */
function sketch({ name, time, sample }: CParts): string {
  const NAME = name.toUpperCase();
  const rows: string[] = [];
  const input = sample?.input ?? [];
  for (let i = 0; i < input.length; i += 20) rows.push(`  ${input.slice(i, i + 20).join(", ")}`);
  const values = sample === null ? "{0}" : `{\n${rows.join(",\n")}\n}`;
  const what =
    sample === null
      ? "Put what is to be classified here"
      : `The first sample of the self-test, of class ${sample.best}`;
  const expected = sample === null ? "" : `  Serial.print(F(", expected ${sample.best}"));\n`;
  return `/* Classifies an input and prints the class, from 0, and how long it took. */
#include <${name}.h>

/* ${what}; ${name}.h says what the numbers mean. */
static const ${name}_number input[${NAME}_${time ? "SEQUENCE" : "INPUTS"}] = ${values};

static ${name}_state state;

void setup()
{
  Serial.begin(115200);
}

void loop()
{
  const unsigned long before = micros();
  const int best = ${name}_classify(&state, input, NULL);
  const unsigned long after = micros();
  Serial.print(F("class "));
  Serial.print(best);
${expected}  Serial.print(F(", microseconds "));
  Serial.println(after - before);
  delay(1000);
}
`;
}

const makefile = ({
  name,
  family: { flags },
}: CParts): string => `CFLAGS ?= -std=c99 -O2 -Wall -Wextra -Wconversion -pedantic

test: ${name}_test
	./${name}_test

${name}_test: ${name}_test.c ../src/${name}.c ../src/${name}.h
	$(CC) $(CFLAGS)${flags === null ? "" : ` ${flags.option}`} -D${name.toUpperCase()}_TRACED -I../src -o $@ ${name}_test.c ../src/${name}.c

clean:
	rm -f ${name}_test

.PHONY: test clean
`;
