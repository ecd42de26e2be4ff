/** Links of a Markdown file, and what links may lead to in it. */

export interface Link {
  /** As it is written: "docs/api.md#memory-and-gradients". */
  readonly target: string;
  /** 1 for the first of the file. */
  readonly line: number;
}

/** Lines that are no code: those of fenced blocks are empty, and code spans are gone. */
function proseLines(markdown: string): string[] {
  let fence: string | null = null;
  return markdown.split(/\r?\n/).map((line) => {
    const [, mark] = /^ *(`{3,}|~{3,})/.exec(line) ?? [];
    if (fence === null && mark === undefined) return line;
    if (fence === null) fence = mark ?? null;
    else if (mark?.startsWith(fence) === true) fence = null;
    return "";
  });
}

/** Of links, images, reference definitions and HTML; those in code are text. */
export function linksOf(markdown: string): Link[] {
  return proseLines(markdown).flatMap((line, i) => {
    const prose = line.replace(/`[^`]*`/g, "`");
    const found = [
      ...prose.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g),
      ...prose.matchAll(/^\s*\[[^\]]+\]:\s*<?([^\s>]+)/g),
      ...prose.matchAll(/\b(?:href|src)="([^"]+)"/g),
    ];
    return found.map(([, target]) => ({ target, line: i + 1 }));
  });
}

/** The anchors of headings, as GitHub and npm make them, and those that HTML names. */
export function anchorsOf(markdown: string): Set<string> {
  const anchors = new Set<string>();
  for (const line of proseLines(markdown)) {
    for (const [, name] of line.matchAll(/\b(?:id|name)="([^"]+)"/g)) anchors.add(name);
    const [, heading] = /^#{1,6} +(.*?)(?: +#+)? *$/.exec(line) ?? [];
    if (heading === undefined) continue;
    const words = heading.replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1").toLowerCase();
    const slug = words.replace(/[^\p{L}\p{N}\p{M}_ -]/gu, "").replaceAll(" ", "-");
    let anchor = slug;
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`;
    anchors.add(anchor);
  }
  return anchors;
}
