/** Links of documents, as they stand in the repository, and where they lead on the site. */

import { posix } from "node:path";
import { anchorOf } from "./anchors.mjs";
import { GENERATED, PLAYGROUND, navigation, pageOf } from "./navigation.mjs";

/**
 * @param source the document, by its path from the root of the repository
 * @param target as it is written there: "../examples/digits.toml", "api.md#tensor", "https://…"
 * @returns a path from the root of the site; the target itself where it is of another host, or an anchor of the page
 * @throws Error where it leads to a file that the site does not have
 */
export function siteLink(source, target) {
  if (/^(?:[a-z][a-z+.-]*:|#|\/)/i.test(target)) return target;
  const [path, anchor] = target.split("#");
  const file = posix.normalize(posix.join(posix.dirname(source), decodeURI(path)));
  const page = pageOf(file);
  if (page !== null) return `/${page}${anchor === undefined ? "" : `#${anchor}`}`;
  if (file.startsWith("examples/"))
    return `/${pageOf(`${GENERATED}/examples.md`)}#${anchorOf(file.slice("examples/".length))}`;
  throw new Error(
    `${source} links to ${target}, which is no page of the site; expected a document that site/navigation.mjs lists, or an example.`,
  );
}

/** What the navigation calls a page, where a document says its file; null for what is no page of it. */
export function titleOf(link) {
  const pages = navigation.flatMap((section) => section.pages);
  const page = pages.find(({ source }) => `/${pageOf(source)}` === link.split("#")[0]);
  return page?.title ?? null;
}

/** For markdown-it: links of all pages become those of the site. @param sourceOf the document that a page is, by its path on the site */
export function withSiteLinks(md, sourceOf) {
  md.core.ruler.push("site-links", ({ tokens, env }) => {
    if (env.relativePath === undefined) return;
    const source = sourceOf(env.relativePath);
    const inline = tokens.flatMap(({ children }) => children ?? []);
    for (const [i, token] of inline.entries()) {
      if (token.type !== "link_open") continue;
      const link = siteLink(source, token.attrGet("href"));
      token.attrSet("href", link);
      const title = titleOf(link);
      if (title !== null && /^[\w./-]+\.md$/.test(inline[i + 1].content)) inline[i + 1].content = title;
      // A page of its own, which the pages around it cannot show in their place.
      if (link.startsWith(PLAYGROUND)) token.attrSet("target", "_self");
    }
  });
}
