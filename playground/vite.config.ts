/** The page: `vite playground` serves it, `vite build playground` writes it to dist/playground as static files. */

import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type Plugin } from "vite";
import { contentSecurityPolicy } from "./content-security-policy.js";
import { offline } from "./offline/plugin.js";
import { START, startFirst } from "./start-first.js";
import { sharedPage } from "./shared-page.js";

/** With these two headers a page may share memory between threads. Without them it computes on one. */
const isolation = {
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
};

/** In the page as it is built; the development server puts scripts of its own into it. */
const withPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: contentSecurityPolicy },
      injectTo: "head-prepend",
    },
  ],
};

/** What is loaded later comes in one file, so there is nothing to load ahead of it: import() is enough. */
const plainImport: Plugin = {
  name: "plain-import",
  enforce: "pre",
  load: (id) =>
    id.endsWith("vite/preload-helper.js") ? "export const __vitePreload = (load) => load();" : null,
};

/**
 * The modules that the published files are written of: file by file, what is loaded later is parted from what the page begins
 * with, which is a third less. package.json names effects by the published files; these are the same ones.
 */
const library = fileURLToPath(new URL("../build/", import.meta.url));
const withEffects: Plugin = {
  name: "effects-of-the-library",
  transform: (code, id) =>
    [`${library}index.js`, `${library}ops/install-operations.js`].includes(id)
      ? { code, map: null, moduleSideEffects: true }
      : null,
};

/** The twins of the kernels are there for who doubts them. On the page nobody does: init() loads them when it is asked for them. */
const twins = `${library}kernels/reference/backend.js`;
const twinsLater: Plugin = {
  name: "twins-later",
  enforce: "pre",
  resolveId: (id, from) =>
    from === `${library}kernels/select.js` && id === "./reference/backend.js" ? "\0late-twins" : null,
  load: (id) =>
    id === "\0late-twins"
      ? `export const createReferenceBackend = async (threads) => (await import(${JSON.stringify(twins)})).createReferenceBackend(threads);`
      : null,
};

/** Modules of the page that it cannot do without. */
const FIRST =
  /node_modules\/(@preact|preact)\/|playground\/(words\/(english(-problems|-draw|-foreign|-train)?|text|words|problems|languages)|actions\/[a-z]+|format|engine|frame-queue|address)\.ts$/;

const { version } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
  version: string;
};

/** Icons and the like, which are copied as they are. */
const copied = new URL("./public/", import.meta.url);
const besides = (): Map<string, Uint8Array> =>
  new Map(readdirSync(copied).map((name) => [name, readFileSync(new URL(name, copied))]));

export default defineConfig({
  // ATIF_PAGE_ADDRESS: where the page will stand, if that is known when it is built.
  plugins: [
    withPolicy,
    plainImport,
    withEffects,
    startFirst(),
    sharedPage(process.env.ATIF_PAGE_ADDRESS),
    offline(besides),
  ],
  root: fileURLToPath(new URL(".", import.meta.url)),
  define: { "import.meta.env.ATIF_VERSION": JSON.stringify(version) },
  // Relative: the files work from any host and any folder.
  base: "./",
  // tsconfig.json points its types at the sources.
  resolve: { alias: { atif: `${library}index.js` } },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { headers: isolation },
  preview: { headers: isolation },
  // Messages of the library name its classes.
  worker: {
    format: "es",
    plugins: () => [withEffects, twinsLater],
    rolldownOptions: {
      output: { keepNames: true },
    },
  },
  build: {
    outDir: fileURLToPath(new URL("../dist/playground", import.meta.url)),
    emptyOutDir: true,
    target: "es2022",
    // What the page is made of is named in it; what is loaded later is one file each.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_, modules, { hostType }) => (hostType === "html" ? modules : []),
    },
    rolldownOptions: {
      input: {
        index: fileURLToPath(new URL("index.html", import.meta.url)),
        [START]: fileURLToPath(new URL("start.ts", import.meta.url)),
      },
      output: {
        // What every page begins with, in one file: it packs better.
        codeSplitting: {
          groups: [
            { name: START, test: /playground\/start\.ts$/, priority: 1 },
            { name: "page", test: FIRST },
          ],
        },
      },
    },
    // All styles come with the page: what is loaded later is drawn as soon as it is there.
    cssCodeSplit: false,
    // The digits and the kernels are one chunk each, on purpose.
    chunkSizeWarningLimit: 1024,
  },
});
