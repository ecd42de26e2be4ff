/** What is wrong with a command line or its files is said in one sentence, with the exit code that fits. */

import { existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { answerOf, atif, configText, temporaryFolder, writeConfig } from "./atif.js";
import { atifHere } from "./in-process.js";
import { writeIdxFolder } from "./idx-files.js";

const folder = temporaryFolder();

interface Case {
  readonly words: string;
  readonly code?: 1 | 2;
  readonly says: RegExp;
}

const usage: readonly Case[] = [
  { words: "", says: /^no command was given; expected one, as in atif train\. Run atif --help/ },
  { words: "trian", says: /^there is no command "trian"; expected one of init, train, sweep, worker, eval, predict, inspect, quantize, export, verify, import, energy, plot, playground, bench\. Did you mean train\?/ },
  { words: "help evla", says: /^there is no command "evla".* Did you mean eval\?/ },
  { words: "--version=3", says: /--version=3|version/ },
  { words: "--jsno train", says: /^atif has no option --jsno\./ },
  { words: "train --epoch 3", says: /^atif train has no option --epoch\. Did you mean --epochs\? Run atif train --help/ },
  { words: "train --bath-size=3", says: /has no option --bath-size=3\. Did you mean --batch-size\?/ },
  { words: "train --bogus", says: /^atif train has no option --bogus\. Run atif train --help/ },
  { words: "train --jsno", says: /^atif train has no option --jsno\. Did you mean --json\? Run/ },
  { words: "train --epochs abc", says: /^--epochs is "abc"; expected a whole number from 0 to 1000000, as in --epochs 10\.$/ },
  { words: "train --epochs -1", says: /^--epochs is "-1"; expected a whole number/ },
  { words: "train --epochs 1.5", says: /^--epochs is "1\.5"/ },
  { words: "train --epochs 1e3", says: /^--epochs is "1e3"/ },
  { words: "train --epochs=", says: /^--epochs is ""/ },
  { words: "train --epochs", says: /the option -e, --epochs <n> needs a value/ },
  { words: "train --epochs 99999999999999999999", says: /^--epochs is "9{20}"; expected a whole number from 0 to 1000000/ },
  { words: "train --batch-size 0", says: /^--batch-size is "0"; expected a whole number from 1 to 1000000/ },
  { words: "train --seed 4294967296", says: /^--seed is "4294967296"; expected a whole number from 0 to 4294967295/ },
  { words: "train --threads 0", says: /^--threads is "0"; expected a whole number from 1 to (1[6-9]|[2-9]\d|\d{3,4}), as in/ },
  { words: "train --backend gpu", says: /^--backend is "gpu"; expected one of wasm, native, reference\.$/ },
  { words: "train --backend wsam", says: /^--backend is "wsam".* Did you mean wasm\?$/ },
  { words: "train a.toml b.toml", says: /^atif train has been given 2 words beside its options, a\.toml b\.toml; expected at most 1\./ },
  { words: "train missing.toml", says: /^cannot read missing\.toml: no such file; expected one there\./ },
  { words: "train no/such/folder/a.toml", says: /^cannot read no\/such\/folder\/a\.toml: the folder no does not exist/ },
  { words: "train .", says: /^\. is a folder; expected an experiment file in TOML\..*--resume/ },
  { words: "train latin.toml", says: /^cannot read latin\.toml as text: byte \d+ \(0xF6, in line 2\) is not UTF-8; expected UTF-8; save it as UTF-8\.$/ },
  { words: "train utf16.toml", says: /^cannot read utf16\.toml as text: it is UTF-16 \(little-endian\); expected UTF-8; save it as UTF-8\.$/ },
  { words: "train broken.toml", says: /^broken\.toml:2:\d+: not valid TOML: / },
  { words: "train misspelt.toml", says: /^misspelt\.toml:\d+:\d+: model\[0\]\.params\.unitz is not a known key.*Did you mean "units"\?$/ },
  { words: "train disabled.toml", says: /^all models of the experiment are disabled; expected one to train\. Set disabled = false\.$/ },
  { words: "train loading.toml", says: /^model "net": load is true, but training starts from new weights here; expected false\.$/ },
  { words: "train best.toml", says: /^learningframework\.params\.use_best_epoch is true and epochs are compared by val_avgclsacc, but there is no validation set;.*DatasetSplitter/ },
  { words: "train nothing-left.toml", says: /^model "net".*maxpool1|leaves nothing of it/ },
  { words: "train --set model.0.epochs", says: /^--set model\.0\.epochs is not of the form key\.key=value; expected one like --set model\.0\.epochs=3\.$/ },
  { words: "train --model.0.params.timestep=2", says: /--set model\.0\.params\.timestep: model\[0\]\.params\.timestep is not a known key of SCNN.*Did you mean "timesteps"\?$/ },
  { words: "train --set model.0.params.timesteps=0", says: /--set model\.0\.params\.timesteps: model\[0\]\.params\.timesteps is 0; expected a whole number/ },
  { words: "train --set model.7.epochs=1", says: /there is no entry 7 in model, which has entries 0 to 0/ },
  { words: "train --data elsewhere", says: /^there is no file or folder elsewhere; expected data to learn from\. Name another with --data,/ },
  { words: "train idx.toml --data elsewhere", says: /^there is no folder .*elsewhere; expected one with the four IDX files of MNIST\. Name it with --data, .* starts at the working directory\./ },
  { words: "train fashion.toml", says: /^there is no folder .*nowhere; .* FashionMNIST\. .* apt install dataset-fashion-mnist puts them into \/usr\/share\/datasets\/fashion-mnist\.$/ },
  { words: "train idx.toml --data empty", says: /empty has no train-images-idx3-ubyte, with or without \.gz; it is empty\./ },
  { words: "train idx.toml --data cut", says: /cut\/t10k-images-idx3-ubyte is truncated: its header promises \[4, 28, 28\], 3136 bytes, but 84 follow\./ },
  { words: "train tiny.toml --out full", says: /^full is not empty, it holds something\.txt; expected a new or empty folder\./ },
  { words: "train tiny.toml --out tiny.toml", says: /^cannot write tiny\.toml: there is a file of that name; expected a folder\./ },
  { words: "train tiny.toml --out tiny.toml/run", says: /^cannot write tiny\.toml\/run: tiny\.toml is a file, not a folder;/ },
  { words: "train tiny.toml --out /proc/run", says: /^cannot write \/proc\/run: / },
  { words: "train --out=", says: /^--out is ""; expected the path of a folder\.$/ },
  { words: "train --resume", says: /^there is no unfinished run in runs; expected one to continue\. Name its folder: .* train --resume FOLDER$/ },
  { words: "train --resume missing", says: /^missing does not exist; expected the folder of a run to continue/ },
  { words: "train --resume empty", says: /^empty holds no run; expected the folder of a run to continue, with its config\.toml\./ },
  { words: "train --resume tiny.toml", says: /^tiny\.toml is a file; expected the folder of a run.* An experiment file goes before --resume\.$/ },
  { words: "train --resume a --out b", says: /^--resume names a and --out names b; expected one folder\./ },
  { words: "eval", says: /^atif eval needs a model, as in atif eval runs\/digits-1\./ },
  { words: "eval missing.safetensors", says: /^cannot read missing\.safetensors: no such file/ },
  { words: "eval empty", says: /^empty holds no model\.safetensors; expected a model file, or the folder of a run that has ended\.$/ },
  { words: "eval tiny.toml", says: /^tiny\.toml: .*expected/ },
  { words: "eval unfinished", says: /^the run in unfinished is not complete, so it has no model yet;.* train --resume unfinished$/ },
  { words: "eval damaged.safetensors", says: /^damaged\.safetensors: .*expected/ },
  { words: "eval a.safetensors b.safetensors", says: /^atif eval has been given 2 words/ },
  { words: "eval x --epochs 3", says: /^atif eval has no option --epochs\./ },
  { words: "inspect", says: /^atif inspect needs a model/ },
  { words: "inspect missing", says: /^cannot read missing: no such file/ },
  { words: "train large.toml", code: 1, says: /no room for 4000000000000 bytes.* On the command line: a smaller --batch-size, or a smaller network\.$/ },
  { words: "train tiny.toml --out diverged --set model.0.optimizer.params.lr=1e30", code: 1, says: /^training diverged in batch \d+ of 23 in epoch 1: .*Lower the learning rate, which is 1e\+30/ },
]; // prettier-ignore

beforeAll(async () => {
  writeConfig(folder);
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const tiny = configText();
  write("broken.toml", "[bench]\nname = \n");
  writeFileSync(join(folder, "latin.toml"), '[bench]\nname = "größe"\n', "latin1");
  writeFileSync(join(folder, "utf16.toml"), '\uFEFF[bench]\nname = "größe"\n', "utf16le");
  write("misspelt.toml", tiny.replace("units", "unitz"));
  write("disabled.toml", tiny.replace('kind = "SMLP"', 'disabled = true\nkind = "SMLP"'));
  write("loading.toml", tiny.replace('kind = "SMLP"', 'load = true\nkind = "SMLP"'));
  write("best.toml", configText({ framework: "[learningframework.params]\nuse_best_epoch = true" }));
  write("large.toml", tiny.replace("units = [16]", "units = [1000000, 1000000]"));
  const scnn = { filters: 4, kernel_sizes: 3, paddings: 0, strides: 1, pool_sizes: 9 };
  const params = Object.entries(scnn).map(([key, value]) => `${key} = [${value}]`);
  const rest = 'fc_units = []\ndims = 2\nneuron = { kind = "ATIF", params = { step_mode = "m" } }\n';
  write(
    "nothing-left.toml",
    configText({ model: `kind = "SCNN"\n[model.params]\n${params.join("\n")}\n${rest}` }),
  );
  write(
    "idx.toml",
    configText({ dataset: 'kind = "MNIST"\nparams = { path = "nowhere", dtype = "uint8" }' }),
  );
  write(
    "fashion.toml",
    configText({ dataset: 'kind = "FashionMNIST"\nparams = { path = "nowhere", dtype = "uint8" }' }),
  );
  for (const name of ["empty", "full", "unfinished"]) mkdirSync(join(folder, name));
  write("full/something.txt", "here");
  write("unfinished/config.toml", tiny);
  writeIdxFolder(join(folder, "cut"), { train: 8, test: 4 });
  truncateSync(join(folder, "cut", "t10k-images-idx3-ubyte"), 100);
  const trained = await atifHere(["train", "tiny.toml", "--epochs", "0", "--out", "trained"], {
    cwd: folder,
  });
  expect(trained.code).toBe(0);
  const model = readFileSync(join(folder, "trained", "model.safetensors"));
  model[model.length - 3] ^= 4;
  writeFileSync(join(folder, "damaged.safetensors"), model);
});

describe("bad input", () => {
  it.each(usage)("atif $words", async ({ words, code = 2, says }) => {
    const ended = await atifHere(words === "" ? [] : words.split(" "), { cwd: folder });
    expect(ended).toMatchObject({ code, signal: null, stdout: "" });
    const lines = ended.stderr.split("\n").filter((line) => !line.startsWith("atif: warning: "));
    expect(lines, ended.stderr).toHaveLength(2);
    const [sentence] = lines;
    expect(sentence).toMatch(/^atif: /);
    expect(sentence.slice("atif: ".length)).toMatch(says);
    expect(sentence).not.toMatch(/ at .*:\d+:\d+\)|unexpectedly|undefined|\[object/);
  });

  it("leaves no folder behind when the input is bad", () => {
    expect(readdirSync(folder)).not.toContain("runs");
  });
});

describe("errors for programs and for developers", () => {
  it.each([
    ["train --epochs abc", 2, /^--epochs is "abc"/],
    ["eval missing", 2, /^cannot read missing/],
    ["train large.toml", 1, /no room for/],
    ["nonsense", 2, /^there is no command/],
  ])("atif %s --json answers with one JSON object", async (words, exitCode, says) => {
    const ended = await atif([...words.split(" "), "--json"], { cwd: folder });
    expect(ended.code).toBe(exitCode);
    expect(answerOf(ended)).toEqual({ error: expect.stringMatching(says) as string, exitCode });
    expect(ended.stderr).toBe(`atif: ${String(answerOf(ended).error)}\n`);
  });

  it.each([
    [
      { ATIF_BACKEND: "gpu" },
      /^atif: init: the environment variable ATIF_BACKEND is "gpu"; expected one of [^.]*\.\n$/,
    ],
    [
      { ATIF_BACKEND: "native", ATIF_INSTRUCTION_SET: "sse9" },
      /^atif: init: (the environment variable ATIF_INSTRUCTION_SET is "sse9"; expected one of|the backend is to be "native", but there are no native kernels here: )/,
    ],
  ])("refuses %o as what the user has set, in one sentence", async (environment, says) => {
    const ended = await atif(["train", "--epochs", "1", "--out", "of-no-backend"], {
      cwd: folder,
      environment,
    });
    expect(ended).toMatchObject({ code: 2, stdout: "" });
    expect(ended.stderr).toMatch(says);
    expect(ended.stderr).not.toContain("unexpectedly");
    expect(existsSync(join(folder, "of-no-backend"))).toBe(false);
  });

  it("tells every code that a command may end with", async () => {
    const { stdout } = await atif(["--help"], { cwd: folder });
    const [, codes] = /Exit codes: ([^]*?)\n\w+:/.exec(stdout) ?? [];
    expect(codes.match(/\b\d+\b/g)).toEqual(["0", "1", "2", "130", "143", "129"]);
  });

  it("shows where an error comes from only with ATIF_DEBUG=1", async () => {
    const ended = await atif(["eval", "missing"], { cwd: folder, environment: { ATIF_DEBUG: "1" } });
    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(
      /^atif: cannot read missing: .*\nFileError: cannot read missing[^]*\n {4}at /,
    );
    expect(ended.stderr).toMatch(/caused by Error: ENOENT/);
  });

  it("takes the form of messages from files without their control characters", async () => {
    const ended = await atif(["eval", "a\u001b[31mb\nc"], { cwd: folder });
    expect(ended.stderr).toBe(
      "atif: cannot read a\\u001b[31mb\\nc: no such file; expected one there. Check the spelling and the folder you are in.\n",
    );
  });
});
