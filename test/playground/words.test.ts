/** What the page says, in each language: the same rows, chosen by the address and the browser, numbers included. */

import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it } from "vitest";
import { duration, figure, grouped, oneDecimal, percent, wholePercent } from "../../playground/format.js";
import { differences } from "../../playground/state/in-use.js";
import { kindOf } from "../../playground/state/file-kinds.js";
import { defaultSettings } from "../../playground/state/settings.js";
import { english, type Words } from "../../playground/words/english.js";
import { englishProblems, type Problems } from "../../playground/words/english-problems.js";
import { german } from "../../playground/words/german.js";
import { germanProblems } from "../../playground/words/german-problems.js";
import { chosenLanguage, LANGUAGES } from "../../playground/words/languages.js";
import { problems } from "../../playground/words/problems.js";
import { b, text } from "../../playground/words/text.js";
import { deployWords, speakOfDeploying } from "../../playground/words/deploy-words.js";
import { englishDeploy, type DeployWords } from "../../playground/words/english-deploy.js";
import { germanDeploy } from "../../playground/words/german-deploy.js";
import { englishEvents, type EventWords } from "../../playground/words/english-events.js";
import { eventWords, speakOfEvents } from "../../playground/words/event-words.js";
import { germanEvents } from "../../playground/words/german-events.js";
import { speak, words } from "../../playground/words/words.js";

const tables: readonly (readonly [string, Words, Problems, DeployWords, EventWords])[] = [
  ["german", german, germanProblems, germanDeploy, germanEvents],
];

/** "train.lead: 2" for a function of two, "train.goOn: text" for what is said as it is. */
function rows(table: unknown, path = ""): string[] {
  if (typeof table === "string") return [`${path}: text`];
  if (typeof table === "function") return [`${path}: function`];
  if (Array.isArray(table) && table.every((part) => typeof part === "string" || "tag" in part))
    return [`${path}: text`];
  return Object.entries(table as object).flatMap(([key, row]) => rows(row, `${path}.${key}`));
}

/** What is said as it is, by the path of its row. */
function said(table: unknown, path = ""): [string, string][] {
  if (typeof table === "string") return [[path, table]];
  if (typeof table === "function") return [];
  if (Array.isArray(table) && table.every((part) => typeof part === "string" || "tag" in part)) {
    const parts = table as readonly (string | { text: string })[];
    return [[path, parts.map((part) => (typeof part === "string" ? part : part.text)).join("")]];
  }
  return Object.entries(table as object).flatMap(([key, row]) => said(row, `${path}.${key}`));
}

describe("the tables of words", () => {
  it("are one for each language that can be chosen", () => {
    const files = readdirSync(fileURLToPath(new URL("../../playground/words", import.meta.url)));
    expect(files.filter((name) => name.endsWith("-problems.ts"))).toHaveLength(LANGUAGES.length);
    expect(tables).toHaveLength(LANGUAGES.length - 1);
  });

  it.each(tables)("%s has the rows of English, each said, none left in English", (_, own, ownProblems, ownDeploy, ownEvents) => {
    expect(rows(own)).toEqual(rows(english));
    expect(rows(ownProblems)).toEqual(rows(englishProblems));
    expect(rows(ownDeploy)).toEqual(rows(englishDeploy));
    expect(rows(ownEvents)).toEqual(rows(englishEvents));
    for (const [table, other] of [
      [english, own],
      [englishProblems, ownProblems],
      [englishDeploy, ownDeploy],
      [englishEvents, ownEvents],
    ]) {
      const before = new Map(said(table));
      for (const [path, sentence] of said(other)) {
        expect(sentence.trim(), path).not.toBe("");
        // Words and symbols that are the same: θ, T, Batch, Dropouts, Neuron.
        if (/\p{L}+ \p{L}+ \p{L}+/u.test(sentence)) expect(sentence, path).not.toBe(before.get(path));
      }
    }
  });

  it("say numbers with the word that fits them", () => {
    expect(english.notices.loaded("a", "SMLP", 1)).toBe("a is loaded: SMLP, 1 time step.");
    expect(german.notices.loaded("a", "SMLP", 1)).toBe("a ist geladen: SMLP, 1 Zeitschritt.");
    expect(german.announced.answer(8, "2", "3")).toBe("Nach 8 Zeitschritten ist die Antwort 2; nach dem ersten war sie 3.");
    expect(german.stairs.caption(1)).toMatch(/^An 1 Testbild;/);
    expect(germanProblems.data.tooFew(1, 2)).toMatch(/^Es kamen 1 Bild aus 2 Klassen;/);
  });

  it("keep names as they are, and emphasise what they say to", () => {
    expect(text`${b("<i>net</i>.pth")}, ${"1"}`).toEqual(["", { tag: "b", text: "<i>net</i>.pth" }, ", ", "1", ""]);
    expect(english.draw.blankPicture("<b>a</b>.png")[1]).toEqual({ tag: "b", text: "Nothing to see in <b>a</b>.png" });
  });
}); // prettier-ignore

describe("the language", () => {
  it.each([
    ["", ["de-AT", "en"], "de"],
    ["", ["de"], "de"],
    ["", ["DE_ch"], "de"],
    ["", ["fr"], "en"],
    ["", ["fr", "de-DE", "en-US"], "de"],
    ["", ["en-GB", "de"], "en"],
    ["", ["den"], "en"],
    ["", [], "en"],
    ["?lang=de", ["en-US"], "de"],
    ["?model=a.nir&lang=DE-at", ["en-US"], "de"],
    ["?lang=en", ["de-DE"], "en"],
    ["?lang=fr", ["de-DE"], "de"],
    ["?lang=", ["de-DE"], "de"],
    ["?lang=fr", ["fr"], "en"],
  ])("of %j and %j is %s", (search, preferred, language) => {
    expect(chosenLanguage(search, preferred)).toBe(language);
  });
});

describe("spoken", () => {
  afterEach(() => speak("en"));

  it("in German, everything that is read from now on is German, numbers too", async () => {
    const numbers = () => [percent(0.9736), wholePercent(1), oneDecimal(-0.04), oneDecimal(-12.25), grouped(12345), figure(1234.5), figure(0.1234), figure(0.000123), figure(-2), duration(61)];
    expect(numbers()).toEqual(["97.4 %", "100 %", "0.0", "-12.3", "12,345", "1,235", "0.123", "1.2e-4", "-2", "1 min 1 s"]);
    expect(await speak("de")).toBe("de");
    expect([words, problems]).toEqual([german, germanProblems]);
    expect(numbers()).toEqual(["97,4 %", "100 %", "0,0", "-12,3", "12.345", "1.235", "0,123", "1,2e-4", "-2", "1 min 1 s"]);
    expect(differences(defaultSettings, { ...defaultSettings, learningRate: 0.0001 })).toEqual([{ name: "Lernrate", inUse: "0,008", slider: "0,0001" }]);
    const file = kindOf({ name: "a.zip", type: "", size: 4, start: new TextEncoder().encode("PK\u0003\u0004") });
    expect(file).toMatchObject({ sentence: expect.stringMatching(/^a\.zip ist ein ZIP-Archiv; erwartet/) as string });
    await speakOfDeploying("de");
    expect(deployWords).toBe(germanDeploy);
    await speakOfDeploying("fr");
    expect(deployWords).toBe(englishDeploy);
    await speakOfEvents("de");
    expect(eventWords).toBe(germanEvents);
    await speakOfEvents("fr");
    expect(eventWords).toBe(englishEvents);
    expect(await speak("en")).toBe("en");
    expect([words, problems]).toEqual([english, englishProblems]);
    expect(percent(0.5)).toBe("50.0 %");
  });
}); // prettier-ignore
