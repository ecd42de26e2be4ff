/** VitePress over the pages that `site/build.mjs` has put together. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { anchorOf } from "../anchors.mjs";
import { withSiteLinks } from "../links.mjs";
import { GENERATED, PLAYGROUND, navigation, pageOf } from "../navigation.mjs";
import { servesPlayground } from "../playground-in-development.mjs";
import { sourceOf } from "../stage.mjs";

const root = join(import.meta.dirname, "..", "..");
const base = process.env.ATIF_DOCS_BASE ?? "./";
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const generated = join(root, "site", "generated");
const reference = JSON.parse(readFileSync(join(generated, "reference.json"), "utf8"));

const linkTo = (source) => `/${pageOf(source).replace(/(?:index)?\.md$/, "")}`;
const item = ({ title, source }) => ({ text: title, link: linkTo(source) });
const OVERVIEW = `${GENERATED}/symbols/index.md`;

/** Whether a page of the bar at the top is where the reader is: any page of that section. */
const activeIn = (title) => {
  const { pages } = navigation.find((section) => section.title === title);
  return pages.map(({ source }) => `^${linkTo(source)}`.replace(/\/?$/, "(?:/|\\.html|$)")).join("|");
};

const sidebar = navigation.map(({ title, pages }) => ({ text: title, items: pages.map(item) }));

/** What a page may load and run: its own files. VitePress puts a script and styles of its own into each page. */
const contentSecurityPolicy = [
  "default-src 'self'",
  "script-src 'self' 'unsafe-inline'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "object-src 'none'",
  "base-uri 'none'",
].join("; ");

const icon = readFileSync(join(root, "playground", "index.html"), "utf8").match(
  /rel="icon"\s+href="([^"]+)"/,
)[1];

export default {
  base,
  srcDir: "generated/pages",
  outDir: "out",
  cacheDir: "generated/cache",
  lang: "en",
  title: "atif",
  description: "Spiking neural networks with learnable thresholds, for Node and the browser.",
  head: [
    ["meta", { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy }],
    ["link", { rel: "icon", href: icon }],
  ],
  // Nothing is fetched that the reader did not ask for.
  router: { prefetchLinks: false },
  markdown: {
    anchor: { slugify: anchorOf },
    // Braces behind headings and code are text here, and so is :name:.
    attrs: { disable: true },
    config(md) {
      md.core.ruler.disable("emoji", true);
      withSiteLinks(md, sourceOf);
    },
  },
  themeConfig: {
    search: { provider: "local" },
    outline: [2, 3],
    nav: [
      { text: "Start", link: linkTo("docs/spiking-neurons.md") },
      { text: "Tutorial", link: linkTo("docs/tutorial.md") },
      { text: "Guides", link: linkTo("docs/training.md"), activeMatch: activeIn("Guides") },
      { text: "Reference", link: linkTo("docs/api.md"), activeMatch: activeIn("Reference") },
      { text: "Results", link: linkTo("docs/results.md"), activeMatch: activeIn("Results") },
      { text: "See it think", link: PLAYGROUND, target: "_self" },
    ],
    sidebar: {
      "/symbols/": [
        {
          text: "Every class and function",
          items: [{ text: "All names", link: linkTo(OVERVIEW) }, ...reference.map(item)],
        },
        ...sidebar.map((section) => ({ ...section, collapsed: true })),
      ],
      "/": sidebar,
    },
    footer: { message: `atif ${version}, Apache-2.0` },
  },
  vite: {
    publicDir: join(generated, "public"),
    plugins: [servesPlayground(join(generated, "public"), base)],
    build: { chunkSizeWarningLimit: 4096 },
    server: {
      headers: {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Embedder-Policy": "require-corp",
      },
    },
  },
};
