/** atif init: writes a starter file, and overwrites nothing unless it is told to. */

import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { runCommandLine } from "../../src/cli/program.js";
import { initExperiment, type InitArguments } from "../../src/cli/commands/init.js";
import { UsageError } from "../../src/cli/exit-codes.js";
import { STARTER_CHOICE, starterExperiment, starterKinds } from "../../src/experiment/description/starter.js";
import { FileError } from "../../src/platform/files.js";
import { answerOf, atif, temporaryFolder } from "./atif.js";

const folder = temporaryFolder();
const read = (name: string): string => readFileSync(join(folder, name), "utf8");

describe("atif init", { timeout: 60_000 }, () => {
  it("writes experiment.toml, which atif train reads", async () => {
    const ended = await atif(["init"], { cwd: folder });
    expect(ended).toMatchObject({ code: 0, stderr: "" });
    expect(ended.stdout).toMatch(/^wrote experiment\.toml\n[^]*\nnext: .* train experiment\.toml\n$/);
    expect(read("experiment.toml")).toBe(starterExperiment(STARTER_CHOICE));
    const trained = await atif(["train", "experiment.toml", "--epochs", "0", "--json"], { cwd: folder });
    expect(answerOf(trained)).toMatchObject({ epochs: 0 });
  });

  it("takes what is asked for, however kinds are written, and answers in JSON", async () => {
    const words = ["--dataset", "fashion-mnist", "--model", "smlp", "--neuron", "lif_node", "--data", "/d"];
    const ended = await atif(["init", "my.toml", ...words, "--json"], { cwd: folder });
    const choice = { dataset: "FashionMNIST", model: "SMLP", neuron: "LIFNode" } as const;
    expect(answerOf(ended)).toEqual({ file: join(folder, "my.toml"), replaced: false, ...choice });
    expect(read("my.toml")).toBe(starterExperiment({ ...choice, path: "/d" }));
  });

  it.each([
    ["init", "--help"],
    ["help", "init"],
  ])("its help names all kinds there are: atif %s %s", async (...words) => {
    const { stdout } = await atif(words, { cwd: folder });
    const help = stdout.replace(/\s+/g, " ");
    for (const kind of [...starterKinds.model, ...starterKinds.neuron]) expect(help).toContain(kind);
    for (const kind of starterKinds.dataset)
      expect(help.replaceAll("-", "").toLowerCase()).toContain(kind.toLowerCase());
  });
});

describe("in a process of one's own", () => {
  const quietly = { json: false, quiet: true };
  const path = (name: string): string => join(folder, name);
  const thrownBy = (call: () => void): unknown => {
    try {
      call();
    } catch (error) {
      return error;
    }
    return null;
  };

  it("a file that is there stays, unless --force is given", async () => {
    writeFileSync(path("mine.toml"), "mine");
    const error = thrownBy(() => initExperiment({ ...quietly, file: path("mine.toml") }));
    expect(error).toBeInstanceOf(UsageError);
    expect(String(error)).toContain(
      "mine.toml; expected a name that is free. Choose another, or replace it with --force.",
    );
    expect(read("mine.toml")).toBe("mine");
    expect(await runCommandLine(["init", path("mine.toml"), "--force", "--json"])).toBe(0);
    expect(read("mine.toml")).toBe(starterExperiment(STARTER_CHOICE));
  });

  it.each<[InitArguments, new (...words: never[]) => Error, RegExp]>([
    [
      { file: "sub" },
      UsageError,
      /sub is a folder; expected the name of a file, such as .*sub\/experiment\.toml\./,
    ],
    [{ file: "no/such.toml" }, FileError, /the folder .*no does not exist; expected it to\. Create it first/],
    [
      { dataset: "shd" },
      UsageError,
      /--dataset is "shd"; expected one of Digits, MNIST, FashionMNIST, IDX, .*, NumPy\./,
    ],
    [{ model: "SCN" }, UsageError, /--model is "SCN"; expected one of .* Did you mean SCNN\?/],
    [{ neuron: "ATFI" }, UsageError, /--neuron is "ATFI"; expected one of .* Did you mean ATIF\?/],
    [
      { data: "d" },
      UsageError,
      /--data is d, but the digits come with the package; .* --dataset fashion-mnist\./,
    ],
  ])("%j is refused, and nothing is written", (args, kind, says) => {
    mkdirSync(path("sub"), { recursive: true });
    const error = thrownBy(() => initExperiment({ ...args, file: path(args.file ?? "new.toml") }));
    expect(error).toBeInstanceOf(kind);
    expect(String(error)).toMatch(says);
    expect(() => read("new.toml")).toThrow("ENOENT");
  });
});
