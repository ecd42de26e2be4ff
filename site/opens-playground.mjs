/** On the site the page is there to be opened; in the repository docs/playground.md says how to start it. */

import { PLAYGROUND } from "./navigation.mjs";

/** A plugin for Vite. */
export const opensPlayground = {
  name: "opens-playground",
  enforce: "pre",
  transform(text, id) {
    if (!id.endsWith("docs/playground.md")) return null;
    return text.replace(
      /^# .*\n/,
      (heading) => `${heading}\n**[Open it here](${PLAYGROUND})**: it is a part of this site.\n`,
    );
  },
};
