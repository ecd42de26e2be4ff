/** The tags of an SVG text. */

import { expect } from "vitest";

/** Every tag that opens is closed, in order; text has no bare <, > or &. @returns the names of all tags */
export function tagsOf(svg: string): string[] {
  const open: string[] = [];
  const seen: string[] = [];
  for (const [, close, name, , empty] of svg.matchAll(
    /<(\/?)([a-z]+)((?:\s[\w:-]+="[^"<>&]*")*)\s*(\/?)>/g,
  )) {
    seen.push(name);
    if (close === "/") expect(open.pop()).toBe(name);
    else if (empty !== "/") open.push(name);
  }
  expect(open).toEqual([]);
  const text = svg.replace(/<\/?[a-z]+(?:\s[\w:-]+="[^"<>&]*")*\s*\/?>/g, "");
  expect(text).not.toMatch(/[<>]|&(?!(amp|lt|gt|quot|#39);)/);
  return seen;
}
