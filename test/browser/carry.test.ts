/** Models and data from files, the model as a file, settings as an address; bad files become sentences. */

import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, it } from "vitest";
import { settingsToHash, defaultSettings } from "../../playground/state/settings.js";
import { experimentOf } from "../../playground/state/page-experiment.js";
import type { PageState } from "../../playground/state/page-state.js";
import { fingerprint } from "../../playground/worker/fingerprint.js";
import { readZip } from "../../src/formats/torch/zip-directory.js";
import {
  decodeModel,
  encodeModel,
  exportC,
  fuseBatchNorm,
  init,
  loadDigits,
  manualSeed,
  prepareExperiment,
  SMLP,
} from "../../src/index.js";
import { describeInBrowser, launch, OpenPage } from "./browser.js";
import { digitStrokes } from "./digit-strokes.js";
import { serve, type Site } from "./site.js";

const modelFile = new URL("../../playground/generated/digits.safetensors", import.meta.url);

interface FileToGive {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}

const given = (name: string, bytes: Uint8Array, mimeType = "application/octet-stream"): FileToGive => ({
  name,
  mimeType,
  buffer: Buffer.from(bytes),
});

/** An IDX file of unsigned bytes. */
function idx(shape: readonly number[], values: ArrayLike<number>): Uint8Array {
  const header = new Uint8Array(4 + 4 * shape.length);
  header.set([0, 0, 8, shape.length]);
  shape.forEach((size, axis) => new DataView(header.buffer).setUint32(4 + 4 * axis, size));
  return Uint8Array.from([...header, ...Array.from(values)]);
}

/** Whether all that was asked about moved thresholds has been answered: what is measured, and what is looked at. */
const showsTheCopy = ({ look, staircases: { whatIf, moved } }: PageState): boolean =>
  whatIf !== null &&
  [look?.layers, moved?.layers].every((layers) =>
    layers?.every(({ theta }, i) => theta === Math.fround(whatIf.thetas[i])),
  );

describeInBrowser("loading, saving and sharing", () => {
  let browser: Browser;
  let site: Site;
  let open: OpenPage;
  const models = new Map<string, Uint8Array>();

  const give = (...files: FileToGive[]): Promise<void> =>
    open.page.locator("#carry input[type=file]").setInputFiles(files);

  beforeAll(async () => {
    await init({ threads: 1 });
    [browser, site] = await Promise.all([launch(), serve(false, models)]);
    open = await OpenPage.at(browser, site);
  });

  afterAll(async () => {
    await open.close();
    await browser.close();
    await site.close();
  });

  it("deploys: measures in integers, proves them, and writes C whose bytes are those of Node", async () => {
    const { page, requests } = open;
    const later = (): string[] => requests.filter((address) => /assets\/deploy/.test(address));
    expect(later()).toEqual([]);
    await page.locator("#deploy").scrollIntoViewIfNeeded();
    await page.locator(".deploy button.primary").click();
    const cells = page.locator(".deployed td");
    await cells.first().waitFor();
    // What the lessons share with it, the panel, and what the worker computes with.
    const names = later().map((address) => /assets\/(.*)-.{8}\.js/.exec(address)?.[1]);
    expect(new Set(names)).toEqual(new Set(["deploy-actions", "deploy-panel", "deploying"]));
    await expect
      .poll(() => page.locator(".deploy .proved").textContent())
      .toMatch(/\d integers of 10 layers.* None differs\./);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "C, float32 (zip)" }).click(),
    ]);
    const bytes = new Uint8Array(readFileSync(await download.path()));
    const { model } = decodeModel(new Uint8Array(readFileSync(modelFile)));
    const { test } = await loadDigits();
    const source = exportC(fuseBatchNorm(model), { name: "digits", width: "float32", tests: test })[
      "digits.c"
    ];
    const entry = readZip(bytes, "digits.zip", () => undefined).get("digits/digits.c");
    expect(new TextDecoder().decode(bytes.subarray(entry?.begin, entry?.end))).toBe(source);
    expect((await cells.allTextContents())[4]).toMatch(/^\d\d,\d{3}$/);
  });

  it("saves a figure as SVG, PNG and CSV", async () => {
    const saved = async (name: string): Promise<Buffer> => {
      const [download] = await Promise.all([
        open.page.waitForEvent("download"),
        open.page.getByRole("button", { name, exact: true }).click(),
      ]);
      return readFileSync(await download.path());
    };
    expect((await saved("Save the spikes: SVG")).toString()).toMatch(/^<svg .*viewBox/);
    const png = await saved("Save the staircases: PNG");
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    expect(png.readUInt32BE(16)).toBeGreaterThan(1000);
    const { trace } = await open.state();
    const rows = (await saved("Save the potential: CSV")).toString().trimEnd().split("\n").slice(1);
    expect(rows.map((row) => Number(row.split(",")[4]))).toEqual(Object.values(trace?.potential ?? {}));
  });

  it("opens with the model that its address names, and says what is wrong with one that is not there", async () => {
    manualSeed(4);
    const neuron = { kind: "ATIF" } as const;
    const own = new SMLP({ inputShape: [8, 8, 1], outputShape: [10], units: [8], timesteps: 6, neuron });
    models.set("runs/own.safetensors", encodeModel(own.eval()));
    const [named, missing] = await Promise.all(
      ["own.safetensors", "none.safetensors"].map((name) =>
        OpenPage.at(browser, site, { hash: `?model=runs/${name}#e=2` }),
      ),
    );
    const { model } = await named.until(({ model }) => model?.fileName === "own.safetensors");
    expect(model?.timesteps).toBe(6);
    const { notice } = await missing.until(({ notice }) => notice?.kind === "error");
    expect(notice?.sentence).toBe(
      `The model could not be fetched from ${site.address}runs/none.safetensors: the server says 404.`,
    );
    await Promise.all([named.close(), missing.close()]);
  });

  it("says in a sentence what is wrong with a truncated model, and keeps the one it has", async () => {
    const whole = readFileSync(modelFile);
    await open.until(({ staircases }) => staircases.trained !== null);
    await open.picture("carry", "#carry");
    const dropped = await open.page.evaluateHandle(
      (bytes) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([new Uint8Array(bytes)], "half.safetensors"));
        return transfer;
      },
      [...whole.subarray(0, whole.length / 2)],
    );
    await open.page.dispatchEvent("#carry .drop", "drop", { dataTransfer: dropped });
    const { notice, model } = await open.until((state) => state.notice !== null);
    let message = "";
    try {
      decodeModel(whole.subarray(0, whole.length / 2), "half.safetensors");
    } catch (error) {
      message = (error as Error).message;
    }
    expect(notice).toEqual({ kind: "error", sentence: message });
    expect(message).toMatch(/^half\.safetensors.*expected/);
    await expect.poll(() => open.page.getByRole("alert").textContent()).toContain("half.safetensors");
    expect(model?.origin).toBe("shipped");
    await open.picture("truncated");
    await open.page.getByRole("button", { name: "Close", exact: true }).click();
  });

  it("loads a model, shows it, and saves it to the same bytes", async () => {
    manualSeed(5);
    const own = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [20],
      timesteps: 3,
      neuron: { kind: "IFSRL" },
    }).eval();
    const bytes = encodeModel(own, { dataset: "digits", epochs: 0 });
    await give(given("own.safetensors", bytes));
    const { model, look } = await open.until(
      (state) => state.model?.origin === "file" && state.look?.layers[0].neurons === 20,
    );
    expect(model).toMatchObject({ fileName: "own.safetensors", kind: "SMLP", timesteps: 3, fitsData: true });
    expect(model?.layers.map(({ kind }) => kind)).toEqual(["IFSRL"]);
    expect(look?.layers.map(({ name, kind }) => [name, kind])).toEqual([["Hidden", "IFSRL"]]);
    const download = open.page.waitForEvent("download");
    await open.page.getByRole("button", { name: "Save model.safetensors" }).click();
    const saved = await (await download).path();
    expect((await download).suggestedFilename()).toBe("model.safetensors");
    expect(new Uint8Array(readFileSync(saved))).toEqual(new Uint8Array(bytes));
  });

  it("names the layer whose theta is near zero", async () => {
    manualSeed(5);
    const sick = new SMLP({
      inputShape: [8, 8, 1],
      outputShape: [10],
      units: [16],
      timesteps: 2,
      neuron: { kind: "ATIF", params: { vThreshold: 0.001 } },
    }).eval();
    await give(given("sick.safetensors", encodeModel(sick)));
    const { findings } = await open.until((state) => state.findings.length > 0);
    expect(findings.map(({ problem }) => problem)).toContain("theta near zero");
    await expect
      .poll(() => open.page.locator("#health .unwell").textContent())
      .toContain("start with a higher theta");
    await open.picture("health-unwell", "#health");
  });

  it("trains on IDX files of one's own", async () => {
    const { test } = await loadDigits();
    const images = idx([200, 8, 8], test.x.subarray(0, 200 * 64));
    const labels = idx([200], test.labels.subarray(0, 200));
    await give(given("mine-images.idx3-ubyte", images), given("mine-labels.idx1-ubyte", labels));
    const { data, notice } = await open.until((state) => state.data?.name === "mine");
    expect(data).toMatchObject({ train: 160, test: 40, sampleShape: [8, 8, 1] });
    expect(notice?.sentence).toContain("160 images to learn from, 40 held out");
    await open.page.getByRole("button", { name: "One batch" }).click();
    await open.until(({ training }) => training.status === "paused" && training.losses.length === 1);
    await give(
      given("mine-images.idx3-ubyte", images.subarray(0, 99)),
      given("mine-labels.idx1-ubyte", labels),
    );
    const after = await open.until((state) => state.notice?.kind === "error");
    expect(after.notice?.sentence).toContain(
      "mine-images.idx3-ubyte is truncated: its header promises [200, 8, 8]",
    );
    expect(after.data?.name).toBe("mine");
  });

  it("trains on pictures whose names say their class, and looks at a single one", async () => {
    const pictures = await open.page.evaluate(() =>
      Array.from({ length: 12 }, (_, i) => {
        const canvas = document.createElement("canvas");
        canvas.width = canvas.height = 40;
        const context = canvas.getContext("2d");
        context?.fillRect(i % 2 === 0 ? 4 : 22, 2 + i, 12, 20);
        return canvas.toDataURL("image/png").split(",")[1];
      }),
    );
    const files = pictures.map((text, i) =>
      given(`${i % 2 === 0 ? "left" : "right"}_${i}.png`, Buffer.from(text, "base64"), "image/png"),
    );
    await give(...files);
    const { data, model } = await open.until((state) => state.data?.name === "your pictures");
    expect(data).toMatchObject({
      train: 10,
      test: 2,
      sampleShape: [28, 28, 1],
      classNames: ["left", "right"],
    });
    expect(model).toMatchObject({ origin: "new", inputShape: [28, 28, 1], classes: 2 });
    await give(files[0]);
    const { look } = await open.until((state) => state.look?.input.source === "picture");
    expect([look?.image.length, look?.classes, look?.classNames]).toEqual([784, 2, ["left", "right"]]);
    // Black on nothing: the square of 12 x 20 of 40 x 40 is bright, and where it was.
    const bright = [...(look?.image ?? [])].flatMap((value, i) => (value > 0.5 ? [i % 28] : []));
    expect(bright.length).toBeGreaterThan(0.7 * 12 * 20 * (28 / 40) ** 2);
    expect([Math.min(...bright), Math.max(...bright)]).toEqual([3, 10]);
    await expect.poll(() => open.page.locator("#draw").textContent()).toContain("Untrained: chance.");
    await give(given("nameless.png", files[0].buffer, "image/png"), files[1]);
    const { notice } = await open.until((state) => state.notice?.kind === "error");
    expect(notice?.sentence).toContain("/nameless.png does not say its class");
  });

  it("calls a drawn 1 by the name that the network knows, and says nothing of layers that it cannot measure", async () => {
    await give(given("digits.safetensors", readFileSync(modelFile)));
    await open.until(({ model }) => model?.fileName === "digits.safetensors" && !model.fitsData);
    await open.page.locator("canvas.drawing").focus();
    await open.page.keyboard.press("Space");
    for (let i = 0; i < 14; i++) await open.page.keyboard.press("ArrowDown");
    await open.page.keyboard.press("Space");
    const { findings } = await open.until(({ look }) => look?.answers[3] === 1 && !look.isBlank);
    await expect.poll(() => open.page.locator(".answer b").allTextContents()).toEqual(["1", "1", "1", "1"]);
    expect([findings, (await open.state()).measured]).toEqual([[], null]);
    await expect
      .poll(() => open.page.locator("#health li b").allTextContents())
      .toEqual(["Convolution 1", "Convolution 2", "Hidden"].map((name) => `${name}: not measured`));
    await expect.poll(() => open.page.locator("#health").textContent()).toContain("Drop the data");
  });

  it("reads a dropped 4 that is small, on nothing, in a wide picture", async () => {
    const drawn = await open.page.evaluate((strokes) => {
      const canvas = document.createElement("canvas");
      [canvas.width, canvas.height] = [600, 200];
      const context = canvas.getContext("2d");
      if (context === null) throw new Error("no canvas");
      context.translate(400, 20);
      context.scale(0.4, 0.4);
      context.lineWidth = 14;
      for (const [x, y, ...rest] of strokes) {
        context.beginPath();
        context.moveTo(x, y);
        for (let i = 0; i < rest.length; i += 2) context.lineTo(rest[i], rest[i + 1]);
        context.stroke();
      }
      return canvas.toDataURL("image/png").split(",")[1];
    }, digitStrokes[4]);
    await give(given("four.png", Buffer.from(drawn, "base64"), "image/png"));
    const { look } = await open.until(({ look }) => look?.input.source === "picture");
    expect(look?.input).toEqual({ source: "picture", name: "four.png" });
    expect(look?.answers[3]).toBe(4);
  });

  it("keeps what it looks at when a picture cannot be read", async () => {
    const { input: before } = await open.state();
    await give(given("broken.png", Uint8Array.of(137, 80, 78, 71, 1, 2, 3), "image/png"));
    const { notice, input } = await open.until(({ notice }) => notice?.kind === "error");
    expect(notice?.sentence).toMatch(/^broken\.png cannot be read as a picture; expected PNG/);
    expect(input).toEqual(before);
    await open.page.getByRole("button", { name: "Close", exact: true }).click();
    await open.page.getByRole("button", { name: "Clear" }).click();
    const { look } = await open.until(({ look }) => look?.isBlank === true);
    expect(look?.input).toEqual({ source: "drawing", strokes: [] });
    await expect.poll(() => open.page.locator("#draw").textContent()).toContain("Nothing drawn");
    await expect.poll(() => open.page.locator(".answer").count()).toBe(0);
    expect((await open.state()).notice).toBeNull();
  });

  it("follows a link that is pasted into it, and the way back; sections leave the address alone", async () => {
    const { page } = open;
    const settings = { ...defaultSettings, network: "dense", hidden: 64, seed: 12 } as const;
    const hash = `#${settingsToHash(settings)}`;
    const hashNow = (): Promise<string> => page.evaluate(() => location.hash);
    await page.getByRole("slider", { name: "Time steps T" }).fill("7");
    const rest = "&d=&l=0";
    const own = `#${settingsToHash({ ...defaultSettings, timesteps: 7 })}${rest}`;
    await expect.poll(hashNow).toBe(own);
    await page.evaluate((link) => {
      location.hash = link;
    }, hash);
    expect((await open.until(({ settings }) => settings.seed === 12)).settings).toEqual(settings);
    // Settings alone, as addresses were before, leave the rest as it is.
    await expect.poll(hashNow).toBe(hash + rest);
    await page.locator("#health > summary").click();
    await open.until(({ open }) => !open.includes("health"));
    await page.evaluate(() => {
      location.hash = "#health";
    });
    await expect.poll(hashNow).toBe(hash + rest);
    await open.until(({ open }) => open.includes("health"));
    await page.goBack();
    await page.goBack();
    await open.until(({ settings }) => settings.timesteps === 7 && settings.seed === 1);
    expect(await hashNow()).toBe(own);
    await page.getByRole("slider", { name: "Time steps T" }).fill("4");
    await expect.poll(hashNow).toBe(`#${settingsToHash(defaultSettings)}${rest}`);
  });

  it("shares the page as an address: whoever opens it sees the same, repeats the run, and is told so", async () => {
    const settings = {
      ...defaultSettings,
      network: "dense",
      hidden: 8,
      timesteps: 2,
      epochs: 1,
      seed: 11,
    } as const;
    const hash = `#${settingsToHash(settings)}`;
    const first = await OpenPage.at(browser, site, { hash });
    await first.until(({ staircases }) => staircases.trained !== null);
    const { page } = first;
    const box = await page.locator("canvas.drawing").boundingBox();
    if (box === null) throw new Error("the page has no square to draw on");
    await page.mouse.move(box.x + box.width / 2 + 0.3, box.y + 0.2 * box.height);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width / 2 + 2.7, box.y + 0.8 * box.height, { steps: 9 });
    await page.mouse.up();
    await page.locator("#train").getByRole("button", { name: "Start training" }).click();
    const { training } = await first.until(({ training: { result } }) => result !== null);
    await first.until(({ staircases }) => staircases.trained !== null);
    await page.locator("#stairs input[type=range]").first().fill("0.7");
    const before = await first.until(showsTheCopy);
    await expect.poll(() => page.evaluate(() => location.hash)).toContain("&th=0.");
    const shared = await page.evaluate(() => location.hash);

    // What the weights hash to is said by Node, too, of the same run.
    const data = await loadDigits();
    const [run] = await prepareExperiment(experimentOf(settings, [8, 8, 1]), { data });
    await run.trainer({ onEpoch: () => undefined }).fit();
    expect(training.result).toEqual(await fingerprint(run.model, data.train));
    expect(shared).toContain(`&r=${training.result?.weights}-${training.result?.data}`);

    const second = await OpenPage.at(browser, site, { hash: shared });
    expect((await second.state()).settings).toEqual(settings);
    const { look } = await second.until(({ look }) => look?.input.source === "drawing");
    expect(look?.input).toEqual(before.input);
    // The thresholds are those of the run, which is not repeated yet.
    expect(
      (await second.until(({ staircases }) => staircases.trained !== null)).staircases.whatIf,
    ).toBeNull();
    expect(await second.page.evaluate(() => location.hash)).toBe(shared);
    await expect
      .poll(() => second.page.locator(".reproduced").textContent())
      .toContain("The address carries the result");
    await second.page.locator("#train").getByRole("button", { name: "Start training" }).click();
    await second.page.locator(".reproduced.same").waitFor();
    const after = await second.until(showsTheCopy);
    expect(after.staircases).toEqual(before.staircases);
    expect(after.look?.scores).toEqual(before.look?.scores);
    await expect.poll(() => second.page.evaluate(() => location.hash)).toBe(shared);
    // Of an address that promises other weights it is said, too.
    const lie = shared.replace(/&r=.*?-/, "&r=0000000000000000-");
    await second.page.evaluate((hash) => void (location.hash = hash), lie);
    await second.page.locator(".reproduced.other").waitFor();
    await second.page.goBack();
    await second.page.locator(".reproduced.same").waitFor();
    expect([first.problems, second.problems]).toEqual([[], []]);
    await Promise.all([first.close(), second.close()]);
  });

  it("says which part of an address is damaged, and is as the rest says", async () => {
    const other = await OpenPage.at(browser, site, {
      hash: "#net=dense&c=4-4&h=32&T=6&s=11&d=%3Cb%3E&l=9&th=-1&i=400",
    });
    const { notice, settings, input } = await other.until(
      (state) => state.notice?.sentence.includes("another network") === true,
    );
    expect(notice).toEqual({
      kind: "error",
      sentence:
        "Part of the address is damaged, or not what this page writes: the drawing, the thresholds that were moved. The rest is as it says. " +
        "The address asks for held-out image 401, and there are 360. The first one is shown. " +
        "The address selects a layer, or moves thresholds, of another network: this one has 3 spiking layers. They are left as they were.",
    });
    expect(settings).toMatchObject({ network: "dense", hidden: 32, timesteps: 6, seed: 11 });
    await expect.poll(() => other.page.getByRole("slider", { name: "Time steps T" }).inputValue()).toBe("6");
    expect(input).toEqual({ source: "sample", index: 0 });
    expect(other.problems).toEqual([]);
    await other.close();
  });

  it("has had no error in the console", () => expect(open.problems).toEqual([]));
});
