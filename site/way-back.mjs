/** The page, where it stands inside the site, links to the documentation: it says so itself, if its head names one. */

import { readFileSync, writeFileSync } from "node:fs";

/** @param {string} html of the page. @param {string} to the documentation, from the page */
export function withWayBack(html, to) {
  const end = html.indexOf("</head>");
  if (end < 0) throw new Error("the page has no head to name the documentation in.");
  return `${html.slice(0, end)}<link rel="help" href="${to}" />\n  ${html.slice(end)}`;
}

/** @param {string} path of the page */
export function leadBack(path, to) {
  writeFileSync(path, withWayBack(readFileSync(path, "utf8"), to));
}
