/** The page of one file as it is filled in: no word of a network leaves its place. */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { filledPage, offerOf, type StandaloneFacts } from "../../src/cli/exports/filled-page.js";

const template = readFileSync(
  fileURLToPath(new URL("../../dist/standalone/page.html", import.meta.url)),
  "utf8",
);
const plan = { shape: [8, 8, 1], classes: 10, timesteps: 4, divisor: 255 } as const;
const facts = (name: string): StandaloneFacts => ({
  name,
  version: "1.2.3",
  plan,
  timed: false,
  samples: null,
});

/** Elements of the page that a parser of HTML would find, as far as they matter here. */
function scriptsOf(page: string): { attributes: string; text: string }[] {
  return [...page.matchAll(/<script\b([^>]*)>(.*?)<\/script/gis)].map(([, attributes, text]) => ({
    attributes: attributes.trim(),
    text,
  }));
}

const decoded = (text: string): string => Buffer.from(text, "base64").toString("utf8");

describe("the page of one file", () => {
  it("allows its own script and style, by what they are, and nothing else", () => {
    const page = filledPage(template, facts("digits"), Uint8Array.of(1, 2, 3));
    const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(page) ?? [];
    const [, style] = /<style>(.*?)<\/style>/s.exec(page) ?? [];
    const script = scriptsOf(page).at(-1)?.text ?? "";
    const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;
    expect(policy.split("; ")).toEqual([
      "default-src 'none'",
      `script-src ${hash(script)} 'wasm-unsafe-eval'`,
      `style-src ${hash(style)}`,
      "base-uri 'none'",
      "form-action 'none'",
    ]);
    // The policy comes before what it is about; nothing is asked of anybody.
    expect(page.indexOf("Content-Security-Policy")).toBeLessThan(page.indexOf("<style"));
    expect(page.replace(script, "")).not.toMatch(/\b(src|href)=|@import|url\(/i);
    expect(script).toContain("Permission is hereby granted");
  });

  it.each([
    "</script><script>alert(1)</script>",
    "</title><img src=x onerror=alert(1)>",
    "<!--",
    "{{model}} {{title}} {{facts}} $& $1 $`",
    `" ' & </SCRIPT >`,
    "\u2028\u0000\ud800 é 数",
  ])("holds the name %j as a name", (name) => {
    const page = filledPage(template, facts(name), new TextEncoder().encode(name), Uint8Array.of(9, 8));
    const scripts = scriptsOf(page);
    expect(scripts.map(({ attributes }) => attributes)).toEqual([
      'type="text/plain" id="facts"',
      'type="text/plain" id="samples"',
      'type="text/plain" id="model"',
      "",
    ]);
    expect(scripts[3]).toEqual(scriptsOf(template)[3]);
    const whole = new TextDecoder().decode(new TextEncoder().encode(name));
    const { name: given, ...others } = JSON.parse(decoded(scripts[0].text)) as StandaloneFacts;
    expect(given).toBe(name);
    expect(others).toEqual({ version: "1.2.3", plan, timed: false, samples: null });
    expect(scripts[1].text).toBe(Buffer.of(9, 8).toString("base64"));
    expect(decoded(scripts[2].text)).toBe(whole);
    const [, title] = /<title>(.*?)<\/title>/s.exec(page) ?? [];
    expect(title).not.toMatch(/[<>"']/);
    expect(title.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(Number(code)))).toBe(name);
    // The rest is as it was.
    const filled = title.length + scripts.slice(0, 3).reduce((sum, { text }) => sum + text.length, 0);
    expect(page.length - filled).toBe(template.length - "{{title}}{{facts}}{{samples}}{{model}}".length);
  });

  it("refuses what is no template", () => {
    expect(() => filledPage("<title>{{title}}</title>", facts("x"), new Uint8Array())).toThrow(
      "the template of the page has {{facts}} 0 times; expected it once.",
    );
    expect(() => filledPage(`${template}{{model}}`, facts("x"), new Uint8Array())).toThrow(
      "has {{model}} 2 times",
    );
  });

  it.each([
    [[8, 8, 1], false, { height: 8, width: 8, channels: 1 }, true],
    [[32, 32, 3], false, { height: 32, width: 32, channels: 3 }, false],
    [[784], false, { height: 28, width: 28, channels: 1 }, true],
    // Numbers, even where they are a square of sorts.
    [[4], false, null, false],
    [[16, 16, 2], false, null, false],
    [[100, 3], false, null, false],
    [[8, 8, 1], true, null, false],
  ] as const)("offers of %j, timed %j, pictures %j and drawing %j", (shape, timed, picture, drawing) => {
    expect(offerOf({ ...facts("x"), plan: { ...plan, shape }, timed })).toEqual({ picture, drawing });
  });
});
