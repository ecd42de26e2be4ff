/** Whatever files, paths and words hold: nothing of it steers the terminal that it is printed on. */

import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { formatConfusion } from "../../src/cli/report-table.js";
import { Progress } from "../../src/cli/progress.js";
import { Terminal } from "../../src/cli/terminal.js";
import { failureOf } from "../../src/cli/exit-codes.js";
import { ConfigError } from "../../src/errors.js";
import { encodeSafetensors, parseSafetensors } from "../../src/formats/safetensors.js";
import { init, saveModel, SMLP } from "../../src/index.js";
import { printable } from "../../src/show.js";
import { answerOf, atif, configText, temporaryFolder, writeConfig, type Ended } from "./atif.js";
import { atifHere } from "./in-process.js";
import { writeIdxFolder } from "./idx-files.js";

/** Colours, a bell, a title, C1, directions, line ends, widths of nothing, tags: everything but a slash and NUL. */
const HOSTILE =
  "\u001b[31mred\u0007\u001b]0;t\u0007\u009b1m\u007f\u202eabc\u2066\u200f\u061c\u2028\u2029\ufeff\u200b\u00ad\u{e0041}\r\n\tx";

const STEERS = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u;

function expectHarmless({ stdout, stderr }: Pick<Ended, "stdout" | "stderr">): void {
  for (const text of [stdout, stderr]) {
    const at = text.replaceAll("\n", " ").search(STEERS);
    if (at >= 0) expect.fail(`at ${at}: ${JSON.stringify(text.slice(Math.max(0, at - 60), at + 20))}`);
  }
}

const folder = temporaryFolder();
const inFolder = (name: string): string => join(folder, name);
const inToml = JSON.stringify(HOSTILE.replace("\u007f", "")).replace(/[\u007f-\u009f]/g, "");

/** Metadata and tensors of a sound file, changed, with a checksum that fits them. */
function changed(
  name: string,
  change: (
    metadata: Map<string, string>,
    tensors: Map<string, { dtype: "F32"; shape: number[]; data: Float32Array }>,
  ) => void,
): void {
  const { metadata, tensors } = parseSafetensors(readFileSync(inFolder("sound.safetensors")));
  const floats = new Map(
    [...tensors].map(([key, { shape, data }]) => [
      key,
      { dtype: "F32" as const, shape: [...shape], data: data as Float32Array },
    ]),
  );
  change(metadata, floats);
  writeFileSync(inFolder(name), encodeSafetensors(floats, metadata, { checksum: true }));
}

beforeAll(async () => {
  await init({ threads: 1 });
  const model = new SMLP({
    inputShape: [64],
    outputShape: [10],
    units: [4],
    timesteps: 2,
    neuron: { kind: "ATIF" },
  });
  const facts = { dataset: HOSTILE, atifVersion: HOSTILE, [HOSTILE]: HOSTILE, seed: 1 };
  await saveModel(inFolder("sound.safetensors"), model, { ...facts, epochs: 1 });
  await saveModel(inFolder("experiment.safetensors"), model, {
    ...facts,
    experiment: `[bench]\n${inToml} = ${inToml}`,
  });
  await saveModel(inFolder("broken.safetensors"), model, { ...facts, experiment: HOSTILE });
  const set = (key: string, value: string): void =>
    changed(`${key}.safetensors`, (metadata) => metadata.set(`atif.${key}`, value));
  const quoted = JSON.stringify(HOSTILE);
  set("format", HOSTILE);
  set("architecture", `{"kind":${quoted},"options":{}}`);
  set("parameters", `{${quoted}:{${quoted}:${quoted}}}`);
  set("otherMode", `[${quoted}]`);
  set("facts", `{"a":${HOSTILE}}`);
  changed("options.safetensors", (metadata) =>
    metadata.set("atif.architecture", `{"kind":"SMLP","options":{${quoted}:${quoted}}}`),
  );
  changed("value.safetensors", (metadata) =>
    metadata.set("atif.architecture", `{"kind":"SMLP","options":{"units":${quoted}}}`),
  );
  const layers = `[{"name":${quoted},"kind":"Linear","options":{"outFeatures":10}}]`;
  changed("layers.safetensors", (metadata) =>
    metadata.set(
      "atif.architecture",
      `{"kind":"GraphModel","options":{"inputShape":[64],"outputShape":[10],"timesteps":2,"layers":${layers}}}`,
    ),
  );
  changed("tensor.safetensors", (_, tensors) =>
    tensors.set(HOSTILE, { dtype: "F32", shape: [1], data: new Float32Array(1) }),
  );
  const header = `{${quoted}:{"dtype":${quoted},"shape":[1],"data_offsets":[0,4]}}`;
  const bytes = new TextEncoder().encode(`12345678${header}1234`);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(bytes.length - 12), true);
  writeFileSync(inFolder("dtype.safetensors"), bytes);
  mkdirSync(inFolder(HOSTILE));
  renameSync(inFolder("experiment.safetensors"), join(folder, HOSTILE, "model.safetensors"));
  writeIdxFolder(inFolder(`${HOSTILE}-idx`), { train: 4, test: 4 });
  writeConfig(folder, {}, `${HOSTILE}.toml`);
  writeFileSync(inFolder("name.toml"), configText().replace('"tiny"', inToml));
  writeFileSync(inFolder("key.toml"), configText({ bench: `${inToml} = ${inToml}` }));
  writeFileSync(inFolder("kind.toml"), configText().replace('"SMLP"', inToml));
  writeFileSync(
    inFolder("path.toml"),
    configText({ dataset: `kind = "MNIST"\nparams = { path = ${inToml}, dtype = "uint8" }` }),
  );
  writeFileSync(inFolder("syntax.toml"), configText({ bench: HOSTILE }));
  writeFileSync(inFolder("section.toml"), configText({ sections: `[${inToml}]\na = ${inToml}` }));
});

const files = [
  "sound",
  "broken",
  "format",
  "architecture",
  "parameters",
  "otherMode",
  "facts",
  "options",
  "value",
  "layers",
  "tensor",
  "dtype",
];

const lines: readonly (readonly [string, readonly string[]])[] = [
  ...files.flatMap((name): [string, string[]][] => [
    [`inspect ${name}`, ["inspect", `${name}.safetensors`]],
    [`eval ${name}`, ["eval", `${name}.safetensors`, "--data", "digits"]],
  ]),
  ["inspect a folder", ["inspect", HOSTILE]],
  ["eval a folder", ["eval", HOSTILE]],
  ["eval with data", ["eval", "sound.safetensors", "--data", `${HOSTILE}-idx`]],
  ["eval what is missing", ["eval", `no${HOSTILE}`]],
  ["train a file", ["train", `${HOSTILE}.toml`, "--epochs", "0", "--out", `${HOSTILE}-run`]],
  ["train into a folder", ["train", "--out", HOSTILE]],
  ["train lenient", ["train", "key.toml", "--lenient", "--epochs", "0", "--out", `${HOSTILE}-lenient-run`]],
  ...["name", "key", "kind", "path", "syntax", "section"].map((name): [string, string[]] => [`train ${name}`, ["train", `${name}.toml`]]),
  ["train --set", ["train", "--set", `model.0.${HOSTILE}=${HOSTILE}`]],
  ["train --set value", ["train", "--set", `model.0.epochs="${HOSTILE}"`]],
  ["train --set no key", ["train", "--set", HOSTILE]],
  ["train --data", ["train", "--data", HOSTILE]],
  ["train --epochs", ["train", "--epochs", HOSTILE]],
  ["train --backend", ["train", "--backend", HOSTILE]],
  ["train words", ["train", HOSTILE, HOSTILE]],
  ["train --resume", ["train", "--resume", HOSTILE]],
  ["an option", ["train", `--${HOSTILE}`]],
  ["a command", [HOSTILE]],
]; // prettier-ignore

describe("hostile words", () => {
  it.each(lines)("%s", async (label, words) => {
    const text = await atifHere(words, { cwd: folder, environment: { ATIF_DEBUG: "1" } });
    const asJson = [...words.map((word) => word.replace(/-run$/, "-json")), "--json"];
    const json = await atifHere(asJson, { cwd: folder });
    expectHarmless(text);
    expectHarmless(json);
    expect(text.stdout + text.stderr, label).toMatch(/\w/);
    expect(answerOf(json)).toBeTypeOf("object");
  });

  it("are told all the same", async () => {
    const shown = await atif(["inspect", "sound.safetensors", "--no-data"], { cwd: folder });
    expect(shown.stdout).toContain("trained on \\u001b[31mred\\u0007");
    const json = await atif(["inspect", "sound.safetensors", "--no-data", "--json"], { cwd: folder });
    expect(answerOf(json).training).toMatchObject({ dataset: HOSTILE });
  });

  it("are harmless in what a process prints of its failures, too", async () => {
    const words = ["eval", `no${HOSTILE}`];
    const ended = await atif(words, { cwd: folder, environment: { ATIF_DEBUG: "1" } });
    expectHarmless(ended);
    expect(ended.stderr).toContain("no\\u001b[31mred\\u0007");
    const json = await atif([...words, "--json"], { cwd: folder });
    expectHarmless(json);
    expect(answerOf(json)).toMatchObject({ exitCode: 2 });
  });
});

describe("what is printed", () => {
  const said = (
    work: (stream: { isTTY: true; columns: number; write(text: string): void }) => void,
  ): string => {
    let all = "";
    work({ isTTY: true, columns: 80, write: (text) => (all += text) });
    return all;
  };

  it("has our own styles and none of a stranger's", () => {
    const text = said((stream) => {
      const terminal = new Terminal({}, stream, stream, {});
      terminal.print("a\u001b[1mb", terminal.bold("c\u001b[0md"), terminal.dim("e\n"));
      terminal.warn("w\u001b[2J\nx");
      terminal.complain("f\u202e");
      terminal.trace("one\u001b\ntwo");
    });
    expect(text).toBe(
      "a\\u001b[1mb\u001b[1mc\\u001b[0md\u001b[0m\u001b[2me\\n\u001b[0m\n" +
        "atif: warning: w\\u001b[2J\\nx\natif: f\\u202e\none\\u001b\ntwo\n",
    );
  });

  it("is JSON that reads back the same, on a terminal and in a pipe", () => {
    for (const isTTY of [true, false]) {
      const value = { [HOSTILE]: [HOSTILE, { a: "\ud800" }] };
      let text = "";
      const stream = { isTTY, write: (part: string) => (text += part) };
      new Terminal({ json: true }, stream, stream, {}).answer(value);
      expect(JSON.parse(text)).toEqual(value);
      expectHarmless({ stdout: text, stderr: "" });
    }
  });

  it("is a progress line whose label holds nothing but what is seen", () => {
    for (const isTTY of [true, false]) {
      let text = "";
      const progress = new Progress(
        { isTTY, columns: 200, write: (part) => (text += part) },
        { now: () => 0, environment: { NO_COLOR: "1" } },
      );
      progress.update(HOSTILE, 0.5, [HOSTILE]);
      progress.line(HOSTILE);
      expect(text.replaceAll("\r\u001b[K", "").replaceAll("\n", "")).not.toMatch(STEERS);
    }
  });

  it("is a table whose columns stand below one another, whatever a class is called", () => {
    const [, first, second] = formatConfusion([[1, 0], [0, 1]], ["ab\u202ecd", "c"]); // prettier-ignore
    expect(first).toBe("0 ab\\u202ecd  1  ·  100.0 %");
    expect(second).toBe("1 c           ·  1  100.0 %");
  });

  it("is escaped once, however often it passes", () => {
    const sentence = failureOf(new ConfigError(HOSTILE)).sentence;
    expect(sentence).toBe(printable(sentence));
    expect(sentence).not.toMatch(STEERS);
    expect(sentence).toContain("\\u202eabc");
  });

  it("keeps letters, signs and pictures as they are", () => {
    const fine = "Größe 重さ ひらがな العربية … · ━ 🙂 a\u0301";
    expect(printable(fine)).toBe(fine);
  });
});
