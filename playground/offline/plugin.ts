/** Adds to the built page what keeps it when there is no network: the service worker, with the files of this version. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

const source = new URL("./service-worker.mjs", import.meta.url);

/** The name in the built page. */
export const SERVICE_WORKER = "service-worker.js";

/**
 * Files that are fetched with the page: all but those that read networks of other tools and recordings, which few visitors
 * need. Pictures for other sites and licences are not part of the page.
 */
export function isKept(path: string): boolean {
  return !/^(index\.html|share\.png|licenses\.md)$|(^|\/)(import-network|take-foreign|load-event-files)-/.test(
    path,
  );
}

/** @param files of the built page: path and content */
export function serviceWorker(files: ReadonlyMap<string, string | Uint8Array>): string {
  const hash = createHash("sha256");
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1)))
    hash.update(path).update(content);
  const kept = [...files.keys()].filter(isKept).sort();
  const version = JSON.stringify(hash.digest("hex").slice(0, 16));
  return `const VERSION = ${version};\nconst FILES = ${JSON.stringify(kept)};\n${readFileSync(source, "utf8")}`;
}

/** @param besides files that are copied as they are, by their path */
export function offline(besides: () => ReadonlyMap<string, Uint8Array>): Plugin {
  return {
    name: "offline",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_, bundle) {
        const written = Object.values(bundle).map(
          (file) => [file.fileName, file.type === "chunk" ? file.code : file.source] as const,
        );
        const text = serviceWorker(new Map([...written, ...besides()]));
        this.emitFile({ type: "asset", fileName: SERVICE_WORKER, source: text });
      },
    },
  };
}
