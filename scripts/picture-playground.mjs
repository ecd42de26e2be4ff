/**
 * Takes the pictures of the page for docs/playground.md and the README: the browser tests make them, so that what they
 * show has been tested. Run after `npm run build`: node scripts/picture-playground.mjs
 */

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "atif-pictures-"));
const pictures = [
  "opening",
  "inside-closer",
  "staircase-moved",
  "trained",
  "health-unwell",
  "carry",
  "describe",
  "events",
];

try {
  for (const tests of [["vitest.browser.config.ts"], ["vitest.long.config.ts", "--project", "browser"]]) {
    execFileSync("npx", ["--no-install", "vitest", "run", "--config", ...tests], {
      cwd: root,
      stdio: "inherit",
      env: { ...process.env, ATIF_SCREENSHOTS: folder, ATIF_REQUIRE_BROWSER: "1" },
    });
  }
  for (const name of pictures) {
    copyFileSync(join(folder, `${name}.png`), join(root, "docs", "pictures", `page-${name}.png`));
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
