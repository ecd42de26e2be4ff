/**
 * What a visitor with Firefox does: opens the page, draws, opens an address that was shared, trains, opens a single panel in German.
 * .ci/firefox runs it: node test/firefox/page.mjs FOLDER, where puppeteer-core is installed. ATIF_FIREFOX names the browser.
 */

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { preview, runnerImport } from "vite";
import { init, loadDigits, prepareExperiment } from "../../dist/index.js";

const require = createRequire(join(process.argv[2], "index.js"));
const { default: puppeteer } = await import(pathToFileURL(require.resolve("puppeteer-core")).href);

const server = await preview({
  configFile: fileURLToPath(new URL("../../playground/vite.config.ts", import.meta.url)),
  logLevel: "silent",
  preview: { port: 0, host: "127.0.0.1" },
});
const home = `http://127.0.0.1:${server.httpServer.address().port}/`;
const browser = await puppeteer.launch({
  browser: "firefox",
  protocol: "webDriverBiDi",
  executablePath: process.env.ATIF_FIREFOX,
  headless: true,
});

const ofPage = async (path) =>
  (await runnerImport(fileURLToPath(new URL(`../../playground/${path}.ts`, import.meta.url)))).module;

/** What the page saw and answered: typed arrays do not come over by themselves. */
const seen = (page) =>
  page.evaluate(() => {
    const { input, scores, answers } = globalThis.atifPlayground.state().look;
    return { input, scores: [...scores], answers: [...answers] };
  });

/** What Node comes to with the settings of the page. */
async function resultOfNode(hash) {
  await init();
  const [{ settingsFromHash }, { experimentOf }, { fingerprint }] = await Promise.all(
    ["state/settings", "state/page-experiment", "worker/fingerprint"].map(ofPage),
  );
  const data = await loadDigits();
  const [run] = await prepareExperiment(experimentOf(settingsFromHash(hash), [8, 8, 1]), { data });
  await run.trainer({ onEpoch: () => undefined }).fit();
  return fingerprint(run.model, data.train);
}

/** The page, open and ready, with what went wrong in it. */
async function opened(address, { width = 1280, height = 900 } = {}) {
  const page = await browser.newPage();
  const problems = [];
  page.on("console", (message) => {
    if (["error", "warn"].includes(message.type())) problems.push(message.text());
  });
  page.on("pageerror", (error) => problems.push(String(error)));
  await page.setViewport({ width, height });
  await page.goto(home + address);
  const state = () => page.evaluate(() => globalThis.atifPlayground.state());
  const until = async (condition) => {
    const end = Date.now() + 60_000;
    for (;;) {
      // Asked from outside: the policy of the page forbids a text to be evaluated later.
      const isThere = await page.evaluate(() => globalThis.atifPlayground !== undefined);
      const now = isThere ? await state() : null;
      if (now !== null && condition(now)) return now;
      assert.ok(
        Date.now() < end,
        `waited for ${condition}; the notice is ${now?.notice?.sentence ?? "none"}`,
      );
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  };
  await until(
    ({ engine, look, staircases }) => engine !== null && look !== null && staircases.trained !== null,
  );
  return { page, problems, until };
}

const checks = {
  "opens without an error, computes on threads, and fits a phone": async () => {
    const { page, problems, until } = await opened("", { width: 390, height: 844 });
    const { engine, model } = await until(() => true);
    assert.equal(engine.isolated, true);
    assert.equal(model.origin, "shipped");
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
    return problems;
  },
  "answers what is drawn, and the address says it": async () => {
    const { page, problems, until } = await opened("");
    const canvas = await page.$("canvas.drawing");
    await canvas.scrollIntoView();
    const { x, y, width, height } = await canvas.boundingBox();
    await page.mouse.move(x + width / 2, y + 0.15 * height);
    await page.mouse.down();
    for (let i = 2; i <= 12; i++) await page.mouse.move(x + width / 2, y + (0.1 + 0.06 * i) * height);
    await page.mouse.up();
    await until(
      ({ look, input }) =>
        input.source === "drawing" && look.input.strokes?.[0].length === input.strokes[0].length,
    );
    const here = await seen(page);
    assert.equal(here.answers[3], 1);
    const said = async () => (await page.evaluate(() => location.hash)).includes("&d=");
    while (!(await said())) await new Promise((resolve) => setTimeout(resolve, 50));
    const again = await opened(await page.evaluate(() => location.hash));
    await again.until(({ look }) => look.input.source === "drawing");
    assert.deepEqual(await seen(again.page), here);
    return [...problems, ...again.problems];
  },
  "trains, and comes to the bits of Node": async () => {
    const hash = "net=dense&h=8&h2=0&T=2&e=1&s=11&l=0";
    const { page, problems, until } = await opened(`#${hash}`);
    await page.evaluate(() => {
      const train = document.querySelector("#train");
      if (train instanceof HTMLDetailsElement) train.open = true;
    });
    const press = async () => (await page.$("#train .buttons .primary"))?.click();
    while ((await page.$("#train .buttons .primary")) === null)
      await new Promise((resolve) => setTimeout(resolve, 50));
    await press();
    const { training } = await until(({ training }) => training.result !== null);
    assert.deepEqual(training.result, await resultOfNode(hash));
    return problems;
  },
  "shows a single panel, in German": async () => {
    const { page, problems } = await opened("?embed=staircase&lang=de");
    assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
    assert.equal(await page.evaluate(() => document.querySelectorAll("header").length), 0);
    assert.equal(await page.evaluate(() => document.querySelectorAll(".chart.stairs").length), 1);
    return problems;
  },
};

let failed = 0;
try {
  console.log(`the page in ${await browser.version()}`);
  for (const [name, check] of Object.entries(checks)) {
    try {
      assert.deepEqual(await check(), []);
      console.log(`ok   ${name}`);
    } catch (error) {
      failed++;
      console.error(`FAIL ${name}\n${error instanceof Error ? error.message : String(error)}`);
    }
  }
} finally {
  await browser.close();
  await server.close();
}
process.exit(failed === 0 ? 0 : 1);
