/** The built page lives by its Content-Security-Policy: nothing that it does is against it, and the policy is in force. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { contentSecurityPolicy } from "../../playground/content-security-policy.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve, type Site } from "./site.js";

describeInBrowser("the policy of the page", () => {
  let browser: Browser;
  let sites: Site[];

  beforeAll(async () => {
    browser = await launch();
    sites = await Promise.all([serve(true), serve(false)]);
  });

  afterAll(async () => {
    await browser.close();
    await Promise.all(sites.map((site) => site.close()));
  });

  /** The page, loaded anew with somebody who listens from its first moment on. */
  async function watched(site: Site): Promise<OpenPage> {
    const open = await OpenPage.at(browser, site, { hash: "#net=convolutions&c=4-6&h=16&T=3&e=1&s=7" });
    await open.page.addInitScript(() => {
      const violations: string[] = [];
      Object.assign(globalThis, { violations });
      addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
        violations.push(`${violatedDirective} ${blockedURI}`),
      );
    });
    await open.page.reload();
    await open.page.locator(".status[data-ready]").waitFor();
    await open.openPanels();
    return open;
  }

  function violations({ page }: OpenPage): Promise<string[]> {
    return page.evaluate(() => (globalThis as unknown as { violations: string[] }).violations);
  }

  it.each([
    ["on several threads", 0],
    ["on one", 1],
  ])("it looks and trains within it, %s", async (_, index) => {
    const open = await watched(sites[index]);
    expect(
      await open.page.locator("meta[http-equiv='Content-Security-Policy']").getAttribute("content"),
    ).toBe(contentSecurityPolicy);
    await open.until(({ look }) => look !== null);
    await open.page.getByRole("button", { name: "Start training" }).click();
    const { training } = await open.until(({ training: { status } }) => status === "finished", 90_000);
    expect(training.losses.length).toBeGreaterThan(0);
    expect(await violations(open)).toEqual([]);
    expect(open.problems).toEqual([]);
    await open.close();
  });

  it("what is against it is stopped and seen", async () => {
    const open = await watched(sites[0]);
    await open.page.evaluate(() => {
      const image = document.createElement("img");
      image.src = "http://127.0.0.1:9/elsewhere.png";
      const script = document.createElement("script");
      script.textContent = "globalThis.ran = true";
      document.body.append(image, script);
    });
    await open.page.waitForFunction(
      () => (globalThis as unknown as { violations: string[] }).violations.length >= 2,
    );
    expect((await violations(open)).sort()).toEqual([
      "img-src http://127.0.0.1:9/elsewhere.png",
      "script-src-elem inline",
    ]);
    expect(await open.page.evaluate(() => "ran" in globalThis)).toBe(false);
    await open.close();
  });
});
