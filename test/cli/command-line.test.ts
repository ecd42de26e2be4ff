import { describe, expect, it } from "vitest";
import { spellOutSettings } from "../../src/cli/arguments.js";
import { spellCommand } from "../../src/cli/command-line.js";
import { ExitCode, failureOf, InterruptedError, UsageError } from "../../src/cli/exit-codes.js";
import { ConfigError, FormatError, OutOfMemoryError } from "../../src/errors.js";
import { FileError } from "../../src/platform/files.js";
import { DivergenceError } from "../../src/training/divergence-error.js";

describe("spellCommand", () => {
  it.each([
    ["/usr/bin/atif", {}, "atif train --resume runs/a-1"],
    ["C:/npm/atif.cmd", {}, "atif train --resume runs/a-1"],
    ["/home/me/project/node_modules/.bin/atif", { npm_command: "exec" }, "npx atif train --resume runs/a-1"],
    ["/home/me/project/dist/cli/main.js", {}, "node dist/cli/main.js train --resume runs/a-1"],
    ["/opt/my tools/main.js", {}, "node '/opt/my tools/main.js' train --resume runs/a-1"],
    [undefined, {}, "atif train --resume runs/a-1"],
  ])("started as %s with %j", (script, environment, expected) => {
    const invocation = { script, cwd: "/home/me/project", environment };
    expect(spellCommand(["train", "--resume", "runs/a-1"], invocation)).toBe(expected);
  });

  it("quotes what a shell would take apart", () => {
    const invocation = { script: "/usr/bin/atif", cwd: "/", environment: {} };
    expect(spellCommand(["inspect", "it's here", "$HOME", "a;b", "x=1"], invocation)).toBe(
      "atif inspect 'it'\\''s here' '$HOME' 'a;b' x=1",
    );
  });
});

describe("spellOutSettings", () => {
  it("turns dotted options into --set, and nothing else", () => {
    expect(spellOutSettings(["train", "--model.0.epochs=3", "--out", "a.b", "--epochs=3", "x.toml"])).toEqual([
      "train", "--set", "model.0.epochs=3", "--out", "a.b", "--epochs=3", "x.toml",
    ]); // prettier-ignore
    expect(spellOutSettings(["--a.b", "--", "--a.b=1"])).toEqual(["--set", "a.b", "--", "--a.b=1"]);
  });
});

describe("failureOf", () => {
  it.each([
    [new UsageError("a"), ExitCode.usage],
    [new ConfigError("a"), ExitCode.usage],
    [new FormatError("a"), ExitCode.usage],
    [new FileError("a", "ENOENT", "p"), ExitCode.usage],
    [new FileError("a", "EACCES", "p"), ExitCode.usage],
    [new FileError("a", "ENOSPC", "p"), ExitCode.failed],
    [new FileError("a", "EIO", "p"), ExitCode.failed],
    [new DivergenceError("a"), ExitCode.failed],
    [new InterruptedError("a", "SIGINT"), ExitCode.interrupted],
    [new InterruptedError("a", "SIGTERM"), ExitCode.terminated],
  ])("%s", (thrown, exitCode) => {
    expect(failureOf(thrown)).toEqual({ exitCode, sentence: "a", facts: {} });
  });

  it("names what is not expected as such, and memory as what it is", () => {
    expect(failureOf(new Error("boom."))).toEqual({
      exitCode: 1,
      sentence: "the command failed unexpectedly: boom. Set ATIF_DEBUG=1 to see where, and please report it.",
      facts: {},
    });
    expect(failureOf("text").sentence).toContain("unexpectedly: text");
    expect(failureOf(new OutOfMemoryError("no room for 8 bytes.")).sentence).toBe(
      "no room for 8 bytes. On the command line: a smaller --batch-size, or a smaller network.",
    );
    for (const message of ["Array buffer allocation failed", "Invalid typed array length: 1e99"]) {
      expect(failureOf(new RangeError(message))).toMatchObject({
        exitCode: 1,
        sentence: expect.stringMatching(/^out of memory \(/) as string,
      });
    }
  });

  it("is one line without control characters", () => {
    expect(failureOf(new UsageError("a\n  b\u001b[2J\tc\n")).sentence).toBe("a b\uFFFD[2J\uFFFDc");
  });
});
