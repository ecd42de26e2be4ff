/** Serves the built page from the installed package, to this machine alone unless another address is asked for. */

import { createReadStream, statSync } from "node:fs";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, sep } from "node:path";

export interface PageServerOptions {
  /** Folder with index.html. */
  readonly root: string;
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
  /** Files from elsewhere, by the name they have beside index.html. */
  readonly files: ReadonlyMap<string, string>;
}

export interface PageServer {
  /** With a slash at its end. */
  readonly address: string;
  close(): Promise<void>;
}

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".json": "application/json",
  ".webmanifest": "application/manifest+json",
  ".png": "image/png",
};

const HEADERS = {
  // With these two a page may share memory between threads.
  "Cross-Origin-Opener-Policy": "same-origin",
  "Cross-Origin-Embedder-Policy": "require-corp",
  "X-Content-Type-Options": "nosniff",
  // Another version of the package may serve the same address tomorrow.
  "Cache-Control": "no-cache",
};

const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "[::1]"];

/** @throws what the system says of the port, as an error with a code */
export async function servePage(options: PageServerOptions): Promise<PageServer> {
  const server = createServer((request, response) => answer(request, response, options));
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host, resolve);
  });
  const { port, address, family } = server.address() as AddressInfo;
  const host = family === "IPv6" ? `[${address}]` : address;
  return { address: `http://${host}:${port}/`, close: () => closed(server) };
}

function answer(request: IncomingMessage, response: ServerResponse, options: PageServerOptions): void {
  const { method = "GET", headers } = request;
  // A name that somebody else lets point here would make what is served theirs.
  if (!isAddressed(headers.host, options.host)) return refuse(response, 403, "not served under this name");
  if (method !== "GET" && method !== "HEAD") return refuse(response, 405, "only GET and HEAD");
  const file = fileOf(request.url ?? "/", options);
  const found = file === null ? undefined : statSync(file, { throwIfNoEntry: false });
  if (file === null || found?.isFile() !== true) return refuse(response, 404, "no such file");
  response.writeHead(200, {
    ...HEADERS,
    "Content-Type": TYPES[extname(file)] ?? "application/octet-stream",
    "Content-Length": found.size,
  });
  if (method === "HEAD") return void response.end();
  createReadStream(file)
    .on("error", () => response.destroy())
    .pipe(response);
}

/** Whether the request is for this machine by one of its own names, or for the one that was asked for. */
function isAddressed(host: string | undefined, served: string): boolean {
  const name = (host ?? "").replace(/:\d*$/, "").toLowerCase();
  // Served to others, it has names that nobody here knows.
  const isPublic = !LOOPBACK.includes(served.includes(":") ? `[${served}]` : served);
  return isPublic || LOOPBACK.includes(name);
}

/** null: none that is served. */
function fileOf(url: string, { root, files }: PageServerOptions): string | null {
  const path = decoded(url.replace(/[?#].*$/s, ""));
  if (path === null || path.includes("\0")) return null;
  const own = files.get(path.slice(1));
  if (own !== undefined) return own;
  const file = join(root, path === "/" ? "index.html" : path);
  return file.startsWith(root + sep) ? file : null;
}

function decoded(path: string): string | null {
  try {
    return decodeURIComponent(path);
  } catch {
    return null;
  }
}

function refuse(response: ServerResponse, status: number, sentence: string): void {
  response
    .writeHead(status, { ...HEADERS, "Content-Type": "text/plain; charset=utf-8" })
    .end(`${sentence}\n`);
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
