/** Serves the built page from a folder of a host, as anybody's web server would. */

import { readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";

const builtPage = fileURLToPath(new URL("../../dist/playground", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".css": "text/css",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
};

/** Of a file of the page, as servers send it: by gzip. @param path of its address */
export function packedBytes(path: string): number {
  const name = path.replace(/^\/some\/folder\//, "");
  return gzipSync(readFileSync(join(builtPage, name === "" ? "index.html" : name)), { level: 9 }).length;
}

export interface Site {
  /** Of the page. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * @param isolated whether the headers are sent that let a page share memory between threads
 * @param more files beside those of the page, by their path from it; asked for at every request
 * @param root another folder than that of the page
 */
export async function serve(
  isolated: boolean,
  more: ReadonlyMap<string, Uint8Array> = new Map(),
  root = builtPage,
): Promise<Site> {
  const server = createServer((request, response) => {
    // Not at the root: the files must work from any folder.
    const path = new URL(request.url ?? "/", "http://host").pathname.replace(/^\/some\/folder/, "");
    const own = more.get(path.slice(1));
    if (own !== undefined) return void response.end(own);
    const file = join(root, normalize(path === "/" ? "/index.html" : path));
    if (!file.startsWith(root) || statSync(file, { throwIfNoEntry: false })?.isFile() !== true) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, {
      "Content-Type": types[extname(file)] ?? "application/octet-stream",
      ...(isolated
        ? {
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Embedder-Policy": "require-corp",
          }
        : {}),
    });
    response.end(readFileSync(file));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { address: `http://127.0.0.1:${port}/some/folder/`, close: () => closed(server) };
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
