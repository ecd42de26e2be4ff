/** The fenced code blocks of a Markdown file. */

export interface CodeBlock {
  readonly language: string;
  /** Words after the language, such as "text". */
  readonly words: readonly string[];
  /** Where its first line stands, 1 for the first of the file. */
  readonly line: number;
  readonly code: string;
}

export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = [];
  let open: {
    fence: string;
    indent: number;
    language: string;
    words: string[];
    line: number;
    lines: string[];
  } | null = null;
  for (const [i, line] of markdown.split(/\r?\n/).entries()) {
    const [, space = "", fence = "", info = ""] = /^( *)(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (open === null) {
      if (fence === "" || (fence[0] === "`" && info.includes("`"))) continue;
      const [language = "", ...words] = info.trim().split(/\s+/);
      open = { fence, indent: space.length, language, words, line: i + 2, lines: [] };
    } else if (fence.startsWith(open.fence) && info.trim() === "") {
      const { language, words, line: first, lines } = open;
      blocks.push({ language, words, line: first, code: lines.join("\n") });
      open = null;
    } else {
      open.lines.push(line.replace(new RegExp(`^ {0,${open.indent}}`), ""));
    }
  }
  if (open !== null) throw new SyntaxError(`a code block that begins in line ${open.line - 1} does not end.`);
  return blocks;
}

/** What a block says it prints: the text behind "// → ", line by line; null if it does not say. */
export function promisedOutput(code: string): string[] | null {
  const lines = [...code.matchAll(/\/\/ → (.*)$/gm)].map(([, text]) => text.trimEnd());
  return lines.length === 0 ? null : lines;
}
