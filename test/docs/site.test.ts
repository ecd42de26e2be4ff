/** The site that `npm run docs` builds, as far as it can be told without building it; .ci/docs builds it and opens it in a browser. */

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { anchorsOf, linksOf } from "./links.js";

interface Page {
  readonly title: string;
  readonly source: string;
}

/** The site is JavaScript. */
interface Site {
  readonly GENERATED: string;
  readonly navigation: readonly { readonly title: string; readonly pages: readonly Page[] }[];
  pageOf(source: string): string | null;
  siteLink(source: string, target: string): string;
  titleOf(link: string): string | null;
  anchorOf(heading: string): string;
  exportsByFolder(index: string): ReadonlyMap<string, string>;
  examplesPage(root: string): string;
  problemsOf(out: string, base: string): string[];
  withWayBack(html: string, to: string): string;
}

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = ["navigation", "links", "anchors", "exports", "examples", "check", "way-back"].map(
  (name) => import(`${root}/site/${name}.mjs`) as Promise<object>,
);
const site = Object.assign({}, ...(await Promise.all(modules))) as Site;
const read = (path: string): string => readFileSync(join(root, path), "utf8");

const sources = site.navigation.flatMap(({ pages }) => pages.map(({ source }) => source));
const written = sources.filter((source) => !source.startsWith(`${site.GENERATED}/`));

it("names the documentation in the head of the page, once", () => {
  const html = site.withWayBack("<html><head><title>a</title></head><body>b</body></html>", "../");
  expect(html.match(/<link rel="help" href="\.\.\/" \/>/g)).toHaveLength(1);
  expect(html.indexOf("<link")).toBeLessThan(html.indexOf("</head>"));
  expect(() => site.withWayBack("<p>", "../")).toThrow(/no head/);
});

describe("the navigation", () => {
  it("leads to every document of docs/, once", () => {
    const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
    const listed = sources.filter((source) => source.startsWith("docs/"));
    expect(listed.map((source) => source.slice("docs/".length)).sort()).toEqual(documents.sort());
    expect(new Set(sources.map(site.pageOf)).size).toBe(sources.length);
  });

  it.each(written)("%s is there, and its links lead to pages of the site", (source) => {
    const links = linksOf(read(source)).filter(({ target }) => !/\.(?:png|svg)$/.test(target));
    for (const { target } of links) expect(() => site.siteLink(source, target)).not.toThrow();
  });
});

describe("links", () => {
  it.each([
    ["docs/neuron.md", "api.md#tensor", "/api.md#tensor"],
    ["docs/deployment.md", "../examples/onnx-web/stream.mjs", "/examples.md#onnx-webstreammjs"],
    ["docs/neuron.md", "../conformance/README.md", "/conformance.md"],
    ["CHANGELOG.md", "docs/api.md", "/api.md"],
    ["site/generated/pages/symbols/neurons.md", "tensor.md#tensor", "/symbols/tensor.md#tensor"],
    ["docs/neuron.md", "#sources", "#sources"],
    ["docs/neuron.md", "https://example.org/", "https://example.org/"],
  ])("of %s to %s", (source, target, there) => {
    expect(site.siteLink(source, target)).toBe(there);
  });

  it("say what the navigation calls a page, where a document says its file", () => {
    expect(site.titleOf("/neuron.md#sources")).toBe("The neuron, in equations");
    expect(site.titleOf("/symbols/tensor.md")).toBeNull();
    expect(site.titleOf("https://example.org/")).toBeNull();
  });

  it("to what the site does not have are told", () => {
    expect(() => site.siteLink("docs/neuron.md", "../package.json")).toThrow(
      "docs/neuron.md links to ../package.json, which is no page of the site; expected a document that site/navigation.mjs lists, or an example.",
    );
  });

  it("find headings by the names that they have in the repository", () => {
    const headings = ["`ATIF` and *IFSRL*", "A, b: c_d!", "x ß", "`plotRaster(activity, { neurons = 64 }?)`"];
    for (const heading of headings) {
      expect([...anchorsOf(`# ${heading}`)]).toEqual([site.anchorOf(heading)]);
    }
  });
});

describe("pages that are generated", () => {
  it("have every name that the library exports, once", () => {
    const names = (text: string): string[] =>
      [
        ...text.replace(/^\s*\/\/.*$/gm, "").matchAll(/export (?:type )?(?:\{([^}]*)\}|\* as (\w+))/g),
      ].flatMap(([, list = "", namespace = ""]) =>
        `${list},${namespace}`.split(",").map((entry) => entry.trim().replace(/^type /, "")),
      );
    const all = names(read("src/index.ts")).filter((name) => name !== "");
    const told = [...site.exportsByFolder(read("src/index.ts")).values()].flatMap(names);
    expect(told.filter((name) => name !== "").sort()).toEqual(all.sort());
    expect(all.length).toBeGreaterThan(300);
  });

  it("have the examples, whole", () => {
    const page = site.examplesPage(root);
    for (const name of ["digits.toml", "device.sh", "onnx-web/stream.mjs"]) {
      expect(page).toContain(`## \`${name}\`\n`);
      expect(page).toContain(read(`examples/${name}`).trimEnd());
    }
  });
});

describe("what is looked for in a built site", () => {
  const folder = mkdtempSync(join(tmpdir(), "atif-site-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function problemsOf(files: Readonly<Record<string, string>>, base = "./"): string[] {
    const out = mkdtempSync(join(folder, "out-"));
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(out, name)), { recursive: true });
      writeFileSync(join(out, name), text);
    }
    return site.problemsOf(out, base);
  }

  const whole = {
    "index.html": '<nav><a href="./a.html">a</a><a href="sub/">b</a></nav><img src="p.png">',
    "a.html":
      '<h2 id="x">x</h2><a href="#x">x</a><a href="https://example.org/">elsewhere</a><code>src="//no"</code>',
    "sub/index.html": '<aside><a href="../a.html#x">x</a></aside>',
    "p.png": "",
    "s.css": "a{background:url(p.png)}",
    "404.html": "",
  };

  it("is not in one that is whole, wherever it stands", () => {
    expect(problemsOf(whole)).toEqual([]);
    const text = '<nav><a href="/atif/a.html#x">a</a><a href="/atif/sub/">b</a></nav>';
    expect(problemsOf({ ...whole, "index.html": text }, "/atif/")).toEqual([]);
    expect(problemsOf({ ...whole, "index.html": text }, "/other/")[0]).toBe(
      "index.html links to /atif/a.html#x, which is not there",
    );
  });

  it.each([
    ["a.html", '<a id="x" href="gone.html"></a>', "a.html links to gone.html, which is not there"],
    ["a.html", '<a id="x"></a><img src="gone.png">', "a.html links to gone.png, which is not there"],
    ["a.html", '<h2 id="y">', "sub/index.html links to ../a.html#x, which has no such heading"],
    ["b.html", "", "no navigation leads to b.html"],
    ["deep/x.html", '<a href="../a.html">', "no navigation leads to deep/x.html"],
    ["s.css", "@import '//example.org/s.css'", "s.css asks for //example.org/s.css"],
    ["s.css", "a{background:url(https://example.org/p.png)}", "s.css asks for https://example.org/p.png"],
    ["s.js", 'fetch("https://example.org/")', "s.js asks for https://example.org/"],
    ["s.js", 'import("//example.org/s.js")', "s.js asks for //example.org/s.js"],
    ["a.html", '<a id="x"></a><link rel="stylesheet" href="https://example.org/s.css">', "a.html asks for https://example.org/s.css"], // prettier-ignore
    ["a.html", '<a id="x"></a><img src="//example.org/p.png">', "a.html asks for //example.org/p.png"],
  ])("%s with %s", (name, text, problem) => {
    expect(problemsOf({ ...whole, [name]: text })).toEqual([problem]);
  });
});
