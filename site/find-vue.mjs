/** Documents become components, which import vue. They stand outside of site/, where none is installed. */

import { join } from "node:path";

const site = import.meta.dirname;

/** A plugin for Vite. */
export const findsVue = {
  name: "find-vue",
  enforce: "pre",
  resolveId(id, importer, options) {
    if (!/^vue(?:\/|$)/.test(id) || importer === undefined || importer.startsWith(join(site, "node_modules")))
      return null;
    return this.resolve(id, join(site, "navigation.mjs"), { ...options, skipSelf: true });
  },
};
