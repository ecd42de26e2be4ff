/**
 * Draws the icons of the page and the picture that other sites show of it, into playground/public, which is part of the built page.
 * The picture is the page itself, as it opens. Run after `npm run build`: node scripts/page-icons.mjs
 *
 *   ATIF_CHROMIUM   where Chromium is, if not /usr/bin/chromium
 */

import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import sharp from "sharp";
import { preview } from "vite";

const folder = fileURLToPath(new URL("../playground/public", import.meta.url));
mkdirSync(folder, { recursive: true });

/** A potential that fires. A system may cut away what is outside of the middle four fifths. */
const icon = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64"><rect width="64" height="64" fill="#1d4ed8"/><path d="M12 39h11l5-20 7 28 6-18h11" fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round" stroke-linecap="round"/></svg>`;
writeFileSync(join(folder, "icon.svg"), `${icon}\n`);
for (const size of [192, 512])
  await sharp(Buffer.from(icon), { density: (72 * size) / 64 })
    .resize(size, size)
    .png({ palette: true, colours: 16, compressionLevel: 9 })
    .toFile(join(folder, `icon-${size}.png`));

const server = await preview({
  configFile: fileURLToPath(new URL("../playground/vite.config.ts", import.meta.url)),
  logLevel: "silent",
  preview: { port: 0, host: "127.0.0.1" },
});
const browser = await chromium.launch({
  executablePath: process.env.ATIF_CHROMIUM ?? "/usr/bin/chromium",
  args: ["--disable-gpu"],
});
try {
  const context = await browser.newContext({
    viewport: { width: 1200, height: 630 },
    colorScheme: "light",
    reducedMotion: "reduce",
    locale: "en-US",
  });
  const page = await context.newPage();
  await page.goto(`http://127.0.0.1:${server.httpServer.address().port}/`);
  await page.locator(".status[data-ready]").waitFor();
  // Asked from outside: the policy of the page forbids a text to be evaluated later.
  const isDrawn = () => globalThis.atifPlayground.state().staircases.trained !== null;
  while (!(await page.evaluate(isDrawn))) await new Promise((resolve) => setTimeout(resolve, 100));
  const picture = await page.screenshot();
  const path = join(folder, "share.png");
  await sharp(picture).png({ palette: true, colours: 64, compressionLevel: 9 }).toFile(path);
  console.log(`playground/public: icons, and share.png of ${statSync(path).size} bytes`);
} finally {
  await browser.close();
  await server.close();
}
