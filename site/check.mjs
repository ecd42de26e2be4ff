/** What a built site must be: whole, reachable, and of this host alone. Plain reading of its files; no browser. */

import { readFileSync, readdirSync } from "node:fs";
import { join, posix } from "node:path";
import { PLAYGROUND } from "./navigation.mjs";

const text = (path) => readFileSync(path, "utf8");

/** Attributes of tags, not what stands in code on the page: there < and " are entities. */
function attributes(html, names) {
  return [...html.matchAll(new RegExp(`<[a-z][^>]*?\\s(?:${names})="([^"]*)"`, "gi"))].map(([, value]) =>
    value.replaceAll("&amp;", "&"),
  );
}

/** Anchors and links of every page, by its path from the root of the site. */
function readPages(out) {
  const paths = readdirSync(out, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  const files = new Set(paths);
  const pages = new Map();
  for (const path of paths.filter((each) => each.endsWith(".html"))) {
    const html = text(join(out, path));
    pages.set(path, { html, anchors: new Set(attributes(html, "id|name")) });
  }
  return { files, pages };
}

/** A link of a page as a path from the root of the site; null for one that leaves it. */
function localPath(page, link, base) {
  if (/^(?:[a-z][a-z+.-]*:|\/\/)/i.test(link)) return null;
  const [path] = link.split(/[?#]/);
  if (path === "") return page;
  const isOfHost = path.startsWith("/");
  if (isOfHost && !path.startsWith(base)) return path;
  const inside = isOfHost ? path.slice(base.length) : posix.join(posix.dirname(page), path);
  return decodeURI(inside === "" || inside.endsWith("/") ? posix.join(inside, "index.html") : inside);
}

/**
 * Links that lead nowhere, in the words of whoever has to mend them.
 *
 * @param base path of the site on its host, with slashes around it; "./" where links hold at any place
 */
function deadLinks({ files, pages }, base) {
  const dead = [];
  for (const [page, { html }] of pages) {
    for (const link of attributes(html, "href|src")) {
      const path = localPath(page, link, base);
      if (path === null) continue;
      const [, anchor = ""] = link.split("#");
      if (!files.has(path)) dead.push(`${page} links to ${link}, which is not there`);
      else if (anchor !== "" && pages.has(path) && !pages.get(path).anchors.has(decodeURIComponent(anchor))) {
        dead.push(`${page} links to ${link}, which has no such heading`);
      }
    }
  }
  return dead;
}

/** Pages to which no path of links in navigation bars leads from the first one. */
function unreachable({ pages }, base) {
  const seen = new Set(["index.html"]);
  for (const page of seen) {
    const { html } = pages.get(page);
    const bars = [...html.matchAll(/<(nav|aside|header)\b[^]*?<\/\1>/g)].map(([bar]) => bar).join("");
    for (const link of attributes(bars, "href")) {
      const path = localPath(page, link, base);
      if (path !== null && pages.has(path)) seen.add(path);
    }
  }
  return [...pages.keys()]
    .filter((page) => page !== "404.html" && !seen.has(page))
    .map((page) => `no navigation leads to ${page}`);
}

/** What a page would ask another host for by itself: files, styles, fonts, scripts. Links that a reader follows are none. */
function foreignRequests({ files, pages }, out) {
  const foreign = [];
  const isForeign = (address) => /^(?:https?:)?\/\//i.test(address);
  for (const [page, { html }] of pages) {
    const asked = [
      ...attributes(html, "src|srcset|data|action|poster"),
      ...[...html.matchAll(/<link\b[^>]*>/g)].flatMap(([tag]) => attributes(tag, "href")),
    ];
    foreign.push(...asked.filter(isForeign).map((address) => `${page} asks for ${address}`));
  }
  for (const path of files) {
    if (path.endsWith(".css")) {
      for (const [, address] of text(join(out, path)).matchAll(/(?:url\(|@import)\s*["']?([^"')\s]+)/g)) {
        if (isForeign(address)) foreign.push(`${path} asks for ${address}`);
      }
    } else if (path.endsWith(".js") && !path.startsWith(PLAYGROUND.slice(1))) {
      const called =
        /\b(?:fetch|import|importScripts|Worker|WebSocket|EventSource|sendBeacon)\s*\(\s*["'`]((?:https?:|wss?:)?\/\/[^"'`]*)/g;
      for (const [, address] of text(join(out, path)).matchAll(called))
        foreign.push(`${path} asks for ${address}`);
    }
  }
  return foreign;
}

/** @param out folder of the built site. @returns sentences; none if all is well */
export function problemsOf(out, base) {
  const site = readPages(out);
  return [...deadLinks(site, base), ...unreachable(site, base), ...foreignRequests(site, out)];
}
