/** The rules of axe-core, WCAG 2.2 AA and its best practices, on every state of the page: nothing is against one of them. */

import type { Browser, BrowserContextOptions } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { violations } from "./axe-rules.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

describeInBrowser("the rules of axe-core", () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    [browser, site] = await Promise.all([launch(), serve(true)]);
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  const phone = { viewport: { width: 320, height: 640 }, hasTouch: true, isMobile: true };
  const states: readonly (readonly [string, BrowserContextOptions & { hash?: string }])[] = [
    ["light", { colorScheme: "light" }],
    ["dark", { colorScheme: "dark" }],
    ["on a phone, with an error", { ...phone, hash: "#net=dense&d=!" }],
    ["in German, enlarged to 200 %", { viewport: { width: 640, height: 450 }, locale: "de-DE" }],
    ["a single panel", { hash: "?embed=train" }],
  ];

  it.each(states)("%s", async (_, options) => {
    // The rules are a text from outside, which the policy of the page would not run.
    const ready = options.hash?.startsWith("?embed") === true ? "main[data-ready=true]" : undefined;
    const open = await OpenPage.at(browser, site, { bypassCSP: true, reducedMotion: "reduce", ...options }, ready);
    await open.until(({ staircases }) => staircases.trained !== null);
    expect(await violations(open)).toEqual([]);
    await open.page.evaluate(() => document.querySelector("main section")?.append(document.createElement("button")));
    expect(await violations(open)).toEqual([expect.stringMatching(/^button-name at /)]);
    // Who does not want things to move sees none that does.
    const moving = await open.page.evaluate(() =>
      document.getAnimations().filter(({ playState }) => playState === "running").length,
    );
    expect(moving).toBe(0);
    expect(await open.page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    await open.close();
  });
}); // prettier-ignore
