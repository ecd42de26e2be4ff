/**
 * Measures the built page in Chromium: when it can be used, when it has answered what it opens with, when a drawing is answered,
 * the frames while it trains, and how much it loads. Medians of fresh browsers. Run after `npm run build`, on a quiet machine: npm run bench:page [-- --json]
 *
 *   ATIF_CHROMIUM   where Chromium is, if not /usr/bin/chromium
 */

import { existsSync } from "node:fs";
import { loadavg } from "node:os";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import { preview } from "vite";

const PAGES = 5;
const executablePath = process.env.ATIF_CHROMIUM ?? "/usr/bin/chromium";

if (!existsSync(executablePath)) {
  console.error(
    `measure-page: there is no Chromium at ${executablePath}; install one, or set ATIF_CHROMIUM.`,
  );
  process.exit(2);
}

/** Runs in the page before it: notes when it is ready. */
function noteReady() {
  const noted = () => {
    if (document.querySelector(".status[data-ready]") === null) return requestAnimationFrame(noted);
    globalThis.readyAt = performance.now();
    answered();
  };
  const answered = () => {
    if (globalThis.atifPlayground.state().look === null) return requestAnimationFrame(answered);
    // The frame that shows it.
    requestAnimationFrame(() => (globalThis.answeredAt = performance.now()));
  };
  requestAnimationFrame(noted);
}

/** Runs in the page: milliseconds from lifting the pen to the frame that shows the answer to what was drawn. */
function answered() {
  const canvas = document.querySelector("canvas.drawing");
  const { left, top, width } = canvas.getBoundingClientRect();
  const send = (type, x, y) =>
    canvas.dispatchEvent(
      new PointerEvent(type, {
        bubbles: true, pointerId: 1, isPrimary: true, button: 0, buttons: 1,
        clientX: left + (x * width) / 280, clientY: top + (y * width) / 280,
      }),
    ); // prettier-ignore
  const before = globalThis.atifPlayground.state().look;
  send("pointerdown", 140, 40);
  for (let y = 50; y <= 230; y += 10) send("pointermove", 140, y);
  const begin = performance.now();
  send("pointerup", 140, 230);
  return new Promise((resolve) => {
    const look = () => {
      const { input, look: now } = globalThis.atifPlayground.state();
      const isNew = now !== null && now !== before && JSON.stringify(now.input) === JSON.stringify(input);
      if (isNew) requestAnimationFrame(() => resolve(performance.now() - begin));
      else requestAnimationFrame(look);
    };
    look();
  });
}

/** Asked from outside: the policy of the page forbids a text to be evaluated later, as waitForFunction() does. */
async function until(page, condition) {
  while (!(await page.evaluate(condition))) await new Promise((resolve) => setTimeout(resolve, 200));
}

const median = (values) => values.sort((a, b) => a - b)[Math.floor(values.length / 2)];

const server = await preview({
  configFile: fileURLToPath(new URL("../playground/vite.config.ts", import.meta.url)),
  logLevel: "silent",
  preview: { port: 0, host: "127.0.0.1" },
});
const [interactive, firstAnswer, answer] = [[], [], []];
let loaded = 0;
let frames = { drawn: 0, dropped: 0 };
try {
  const { port } = server.httpServer.address();
  for (let i = 0; i < PAGES; i++) {
    const browser = await chromium.launch({ executablePath, args: ["--disable-gpu"] });
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    const bodies = [];
    page.on("response", (response) => {
      if (response.url().startsWith("http")) bodies.push(response.body().catch(() => Buffer.alloc(0)));
    });
    await page.addInitScript(noteReady);
    await page.goto(`http://127.0.0.1:${port}/`);
    await until(page, () => globalThis.answeredAt !== undefined);
    const first = await Promise.all(bodies);
    loaded = first.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
    const [readyAt, answeredAt] = await page.evaluate(() => [globalThis.readyAt, globalThis.answeredAt]);
    interactive.push(readyAt);
    firstAnswer.push(answeredAt);
    answer.push(await page.evaluate(answered));
    if (i === PAGES - 1) {
      await page.evaluate(() => document.querySelector("details#train")?.setAttribute("open", ""));
      await page.getByRole("button", { name: "Start training" }).click();
      await until(page, () =>
        ["finished", "failed"].includes(globalThis.atifPlayground.state().training.status),
      );
      ({ frames } = await page.evaluate(() => globalThis.atifPlayground.state().training));
    }
    await browser.close();
  }
} finally {
  await server.close();
}
const load = loadavg()[0];
const figures = {
  interactiveMs: Math.round(median(interactive)),
  firstAnswerMs: Math.round(median(firstAnswer)),
  loadedKilobytes: Math.round(loaded / 1000),
  answerMs: Math.round(median(answer)),
  framesWhileTraining: frames,
  pages: PAGES,
  load: Number(load.toFixed(1)),
};
if (process.argv.includes("--json")) console.log(JSON.stringify(figures));
else {
  if (load > 1.5)
    console.error(`measure-page: the machine is busy (load ${load.toFixed(1)}): not to be trusted.`);
  console.log(`the page can be used after   ${figures.interactiveMs} ms`);
  console.log(`it has first answered after  ${figures.firstAnswerMs} ms`);
  console.log(`it has loaded until then     ${figures.loadedKilobytes} kB, packed by gzip`);
  console.log(`a drawing is answered after  ${figures.answerMs} ms`);
  console.log(`frames while it trains       ${frames.drawn} drawn, ${frames.dropped} late`);
}
