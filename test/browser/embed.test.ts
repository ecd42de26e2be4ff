/** Single panels in iframes of another page: each works, and tells its height. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { EMBEDS } from "../../playground/embed.js";
import { describeInBrowser, launch } from "./browser.js";
import { serve, type Site } from "./site.js";

/** As docs/playground.md tells to write it. */
const around = `<!doctype html><title>A page around</title>
${EMBEDS.map((name) => `<iframe name="${name}" src="./?embed=${name}#net=dense&h=8&h2=0&T=2&e=1&s=2&i=3&l=0" width="600" height="50"></iframe>`).join("")}
<script>
  addEventListener("message", ({ source, data }) => {
    const frame = [...document.querySelectorAll("iframe")].find((each) => each.contentWindow === source);
    if (frame && data?.type === "atif-height" && data.embed === frame.name) frame.height = data.height;
  });
</script>`;

describeInBrowser("a panel in another page", () => {
  let browser: Browser;
  let site: Site;

  beforeAll(async () => {
    const more = new Map([["around.html", new TextEncoder().encode(around)]]);
    [browser, site] = await Promise.all([launch(), serve(false, more)]);
  });

  afterAll(async () => {
    await browser.close();
    await site.close();
  });

  it("is as high as it tells, shows what the address says, and leads to the whole page", async () => {
    const page = await browser.newPage({ viewport: { width: 700, height: 900 } });
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    await page.goto(`${site.address}around.html`);
    for (const name of EMBEDS) {
      const frame = page.frame({ name });
      if (frame === null) throw new Error(`there is no frame ${name}`);
      await frame.locator("main[data-ready=true]").waitFor();
      // Nothing of the page around the panel, and nothing to scroll: the frame is as high as what is in it.
      await expect.poll(() => frame.locator("header, nav").count()).toBe(0);
      await expect.poll(() => frame.locator("h1").count()).toBe(1);
      await expect
        .poll(() =>
          frame.evaluate(() => {
            const { scrollHeight, scrollWidth } = document.documentElement;
            return [innerHeight > 200, scrollHeight - innerHeight, scrollWidth - innerWidth];
          }),
        )
        .toEqual([true, 0, 0]);
      const link = await frame.getByRole("link", { name: "Open this on the whole page" }).getAttribute("href");
      expect(link).toBe(`${site.address}#net=dense&c=12-24&h=8&h2=0&T=2&lo=0.8&hi=1&a=1&lr=0.008&e=1&b=32&s=2&i=3&l=0`);
    }
    const train = page.frame({ name: "train" });
    await train?.getByRole("button", { name: "One batch" }).click();
    await train?.locator("#training-state").filter({ hasText: "paused" }).waitFor();
    expect(problems).toEqual([]);
    await page.close();
  });
}); // prettier-ignore
