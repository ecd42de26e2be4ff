/** While documents are written: the built page of playground/ where the built site has it. */

import { createReadStream, existsSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { PLAYGROUND } from "./navigation.mjs";

const types = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
};

/** A plugin for Vite, whose own server would take its index.html for a page of the site. */
export function servesPlayground(folder, base) {
  return {
    name: "playground",
    configureServer({ middlewares }) {
      middlewares.use((request, response, next) => {
        const { pathname } = new URL(request.url, "http://host");
        const inside = pathname.startsWith(base) ? `/${pathname.slice(base.length)}` : pathname;
        if (!inside.startsWith(PLAYGROUND)) return next();
        const file = join(folder, decodeURIComponent(inside.endsWith("/") ? `${inside}index.html` : inside));
        if (!file.startsWith(folder) || !existsSync(file) || !statSync(file).isFile()) return next();
        response.setHeader("Content-Type", types[extname(file)] ?? "application/octet-stream");
        response.setHeader("Cross-Origin-Opener-Policy", "same-origin");
        response.setHeader("Cross-Origin-Embedder-Policy", "require-corp");
        createReadStream(file).pipe(response);
      });
    },
  };
}
