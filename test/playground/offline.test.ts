/** The service worker that the build writes: the files of one version, and no others. */

import { expect, it } from "vitest";
import { isKept, serviceWorker } from "../../playground/offline/plugin.js";

const files = new Map<string, string | Uint8Array>([
  ["index.html", "<!doctype html>"],
  ["assets/worker-1.js", "work"],
  ["assets/import-network-1.js", "read"],
  ["icon-192.png", Uint8Array.of(1, 2)],
]);

/** The first two lines, as they are run. */
function told(text: string): { version: string; files: string[] } {
  const [version, list] = text
    .split("\n", 2)
    .map((line) => JSON.parse(line.replace(/^.*? = (.*);$/, "$1")) as unknown);
  return { version: version as string, files: list as string[] };
}

it("names what is kept: the page, not what few visitors need, nor what is not part of it", () => {
  expect(told(serviceWorker(files)).files).toEqual(["assets/worker-1.js", "icon-192.png"]);
  // The page itself is asked for by its folder.
  expect(["index.html", "share.png", "assets/take-foreign-x.js"].map(isKept)).toEqual([false, false, false]);
});

it("is another version when any file is another, in whatever order they are written", () => {
  const { version } = told(serviceWorker(files));
  expect(version).toMatch(/^[0-9a-f]{16}$/);
  expect(told(serviceWorker(new Map([...files].reverse()))).version).toBe(version);
  for (const path of files.keys())
    expect(told(serviceWorker(new Map([...files, [path, "other"]]))).version).not.toBe(version);
});
