/** What other sites show of a link to the page: title, description, picture. */

import type { Plugin } from "vite";
import { english } from "./words/english.js";

/**
 * @param address of the page where it will stand, with a slash at its end; some sites want whole addresses. Without it they are
 * relative to the page.
 */
export function sharedPage(address: string | undefined): Plugin {
  const at = (path: string): string => (address === undefined ? `./${path}` : new URL(path, address).href);
  const { documentTitle, description, picture } = english.page;
  const properties = {
    "og:type": "website",
    "og:title": documentTitle,
    "og:description": description,
    "og:image": at("share.png"),
    "og:image:width": "1200",
    "og:image:height": "630",
    "og:image:alt": picture,
    ...(address === undefined ? {} : { "og:url": address }),
  };
  return {
    name: "shared-page",
    apply: "build",
    // After what says how the page is to be read.
    transformIndexHtml: () =>
      [
        ...Object.entries(properties).map(([property, content]) => ({
          tag: "meta",
          attrs: { property, content },
        })),
        { tag: "meta", attrs: { name: "twitter:card", content: "summary_large_image" } },
        { tag: "link", attrs: { rel: "manifest", href: "./manifest.webmanifest" } },
        { tag: "link", attrs: { rel: "apple-touch-icon", href: "./icon-192.png" } },
      ].map((tag) => ({ ...tag, injectTo: "head" as const })),
  };
}
