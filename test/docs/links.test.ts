/** Every link of a document leads somewhere: in the repository, and in the package that npm installs. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { anchorsOf, linksOf } from "./links.js";

const root = fileURLToPath(new URL("../..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");

interface Packed {
  readonly files: readonly { readonly path: string }[];
}

const packed = new Set(
  (
    JSON.parse(
      execFileSync("npm", ["pack", "--dry-run", "--ignore-scripts", "--json"], {
        cwd: root,
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"],
      }),
    ) as [Packed]
  )[0].files.map(({ path }) => path),
);
const documents = [...packed].filter((path) => path.endsWith(".md")).sort();

/** What is wrong with a link, or null. */
function problemOf(document: string, target: string): string | null {
  if (/^https?:\/\/[^/]+\./.test(target)) return null;
  if (/^[a-z][a-z+.-]*:|^\//i.test(target)) return "is of this machine alone";
  const [path = "", anchor] = target.split("#");
  const file = path === "" ? document : posix.normalize(posix.join(posix.dirname(document), decodeURI(path)));
  if (!existsSync(join(root, file))) return "is not in the repository";
  if (!packed.has(file)) return "is not in the package";
  if (anchor === undefined) return null;
  if (!file.endsWith(".md")) return "has an anchor in what is no document";
  return anchorsOf(read(file)).has(anchor) ? null : "has no such heading";
}

describe("documents of the package", () => {
  it("are the README, what it names, and what these name", () => {
    expect(documents).toEqual(
      expect.arrayContaining(["README.md", "KNOWN-ISSUES.md", "docs/api.md", "docs/experiment-file.md"]),
    );
    expect(documents.flatMap((document) => linksOf(read(document))).length).toBeGreaterThan(60);
  });

  it.each(documents)("%s has no link that leads nowhere", (document) => {
    const wrong = linksOf(read(document)).flatMap(({ target, line }) => {
      const problem = problemOf(document, target);
      return problem === null ? [] : [`${document}:${line}: ${target} ${problem}`];
    });
    expect(wrong).toEqual([]);
  });

  it.each([
    ["docs/no-such.md", "is not in the repository"],
    ["src/index.ts", "is not in the package"],
    ["docs/api.md#no-such-heading", "has no such heading"],
    ["/docs/api.md", "is of this machine alone"],
    ["file:///docs/api.md", "is of this machine alone"],
    ["docs/api.md#memory-and-gradients", null],
    ["#install", null],
    ["https://example.org/", null],
  ])("a link to %s: %s", (target, problem) => {
    expect(problemOf("README.md", target)).toBe(problem);
  });
});

describe("links", () => {
  it("are found where they are no code", () => {
    const markdown = [
      '[a](b.md) and ![c [d]](e.png) `[f](g)` [`h`](i.md#j "title")',
      "```",
      "[k](l)",
      "```",
      "[m]: n.md",
      '<img src="o.png"> <a href="p.md">q</a>',
    ].join("\n");
    expect(linksOf(markdown).map(({ target, line }) => `${line} ${target}`)).toEqual([
      "1 b.md",
      "1 e.png",
      "1 i.md#j",
      "5 n.md",
      "6 o.png",
      "6 p.md",
    ]);
  });

  it("lead to headings by the names that hosts give these", () => {
    const markdown =
      "# `ATIF` and *IFSRL*\n## A, b: c_d!\n## Twice\n## Twice\n```\n# no\n```\n### [x](y) ß\n";
    expect([...anchorsOf(markdown)]).toEqual(["atif-and-ifsrl", "a-b-c_d", "twice", "twice-1", "x-ß"]);
  });
});
