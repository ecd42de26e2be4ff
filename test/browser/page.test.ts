/** The page as a whole: with and without isolation, without other hosts. */

import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { serve } from "./site.js";

describeInBrowser("the page", () => {
  let browser: Browser;

  beforeAll(async () => {
    browser = await launch();
  });

  afterAll(() => browser.close());

  it.each([
    [true, "with"],
    [false, "without"],
  ])("works %s cross-origin isolation (%s headers) and asks nobody else", async (isolated) => {
    const site = await serve(isolated);
    const open = await OpenPage.at(browser, site);
    const { engine } = await open.state();
    expect(engine?.isolated).toBe(isolated);
    if (!isolated) expect(engine?.threads).toBe(1);
    await open.page.getByRole("button", { name: "One batch" }).click();
    await open.until(({ training }) => training.losses.length === 1 && training.status === "paused");
    expect(open.requests.length).toBeGreaterThan(3);
    const { origin } = new URL(site.address);
    expect(
      open.requests.filter((address) => !/^(data|blob):/.test(address) && new URL(address).origin !== origin),
    ).toEqual([]);
    expect(open.problems).toEqual([]);
    await open.close();
    await site.close();
  });
});
