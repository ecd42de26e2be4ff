/** Serves a built site as `atif playground` serves the page: to this machine alone, with the headers that give the page its threads. */

import { readdirSync } from "node:fs";
import { join } from "node:path";
import { servePage } from "../dist/cli/page-server.js";

/** @param port any that is free, if this one is not. @returns its address and what ends it */
export async function serveSite(out, base, port) {
  const paths = readdirSync(out, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const files = new Map();
  for (const path of paths) {
    const name = `${base.slice(1)}${path.slice(out.length + 1).replaceAll("\\", "/")}`;
    files.set(name, path);
    if (name.endsWith("/index.html") || name === "index.html")
      files.set(name.slice(0, -"index.html".length), path);
  }
  const served = { root: join(out, "nothing-besides"), host: "127.0.0.1", files };
  const server = await servePage({ ...served, port }).catch((error) => {
    if (error.code !== "EADDRINUSE") throw error;
    return servePage({ ...served, port: 0 });
  });
  return { address: `${server.address.slice(0, -1)}${base}`, close: () => server.close() };
}
