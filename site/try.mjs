/**
 * The built site in Chromium, from a folder of a host: every page without an error and without a request to elsewhere, the search,
 * dark and light, and the page that is a part of it. `npm run docs` comes before; ATIF_CHROMIUM says where a Chromium is.
 */

import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { chromium } from "playwright-core";
import { serveSite } from "./serve.mjs";

const executablePath = process.env.ATIF_CHROMIUM ?? "/usr/bin/chromium";
if (!existsSync(executablePath)) {
  console.error(
    `######## SKIPPED: the site in a browser: there is no Chromium at ${executablePath}. ########`,
  );
  process.exit((process.env.ATIF_REQUIRE_BROWSER ?? "") === "" ? 0 : 1);
}

const out = join(import.meta.dirname, "out");
const site = await serveSite(out, "/some/folder/", 0);
const browser = await chromium.launch({ executablePath, args: ["--disable-gpu", "--disable-quic"] });

/** Opens pages one after another; what goes wrong in them is collected. */
async function open(options) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const problems = [];
  const elsewhere = (url) => !url.startsWith(site.address) && !/^(?:data|blob):/.test(url);
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) problems.push(`${page.url()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => problems.push(`${page.url()}: ${error}`));
  page.on("requestfailed", (request) => {
    // Pages ask ahead for those that they link to; whoever leaves breaks that off.
    if (request.failure()?.errorText !== "net::ERR_ABORTED")
      problems.push(`${page.url()}: ${request.url()} failed`);
  });
  page.on("request", (request) => {
    if (elsewhere(request.url())) problems.push(`${page.url()} asked for ${request.url()}`);
  });
  return { page, problems };
}

try {
  const { page, problems } = await open({});
  const paths = readdirSync(out, { recursive: true })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".html") && !path.startsWith("playground/") && path !== "404.html");
  for (const path of paths) {
    await page.goto(site.address + path, { waitUntil: "load" });
    await page.locator("h1").first().waitFor();
  }

  await page.goto(site.address);
  await page.waitForFunction(() => document.querySelector("#app").__vue_app__ !== undefined);
  await page.keyboard.press("Control+k");
  await page.locator(".VPLocalSearchBox input").fill("time step epoch");
  await page.locator(".VPLocalSearchBox .result").first().waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL(/spiking-neurons/);

  const isDark = () => page.evaluate(() => document.documentElement.classList.contains("dark"));
  assert.equal(await isDark(), false);
  await page.locator(".VPNavBar .VPSwitchAppearance").first().click();
  assert.equal(await isDark(), true);

  // The page inside: reached by a click, on threads, with an answer.
  await page.locator(".VPNavBar").getByRole("link", { name: "See it think" }).click();
  await page.waitForURL(/\/playground\/(?:index.html)?$/);
  await page.locator(".status[data-ready]").waitFor();
  await page.waitForFunction(() => globalThis.atifPlayground.state().look !== null);
  assert.equal(await page.evaluate(() => globalThis.crossOriginIsolated), true);

  const phone = await open({ viewport: { width: 390, height: 844 }, colorScheme: "dark" });
  for (const path of ["", "tutorial.html", "api.html", "symbols/neurons.html"]) {
    await phone.page.goto(site.address + path);
    const wider = await phone.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
    assert.ok(wider <= 0, `${path} is ${wider} pixels wider than a phone`);
  }
  const all = [...problems, ...phone.problems];
  assert.equal(all.length, 0, all.slice(0, 20).join("\n"));
  console.log(
    `the site in Chromium: ${paths.length} pages, search, dark and light, the page inside, a phone`,
  );
} finally {
  await browser.close();
  await site.close();
}
