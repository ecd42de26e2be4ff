/** In the built page the worker comes before the page, and what both are made of is asked for at once. */

import type { Plugin } from "vite";

/** The name of the entry. */
export const START = "start";

export function startFirst(): Plugin {
  return {
    name: "start-first",
    apply: "build",
    transformIndexHtml: {
      order: "post",
      handler(html, { bundle }) {
        const chunks = Object.values(bundle ?? {}).flatMap((file) => (file.type === "chunk" ? [file] : []));
        const start = chunks.find(({ isEntry, name }) => isEntry && name === START);
        const page = html.indexOf('<script type="module"');
        if (start === undefined || page < 0)
          throw new Error(`${START}.ts, or the page itself, is not in the bundle.`);
        const first = `<script type="module" crossorigin src="./${start.fileName}"></script>\n    `;
        return html.slice(0, page) + first + html.slice(page);
      },
    },
  };
}
