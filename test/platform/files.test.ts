import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { pathToFileURL } from "node:url";
import ts from "typescript";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FormatError, OutOfMemoryError } from "../../src/errors.js";
import { FileError, readFileBounded, withOpenFile, writeFileAtomic } from "../../src/platform/files.js";
import type { FileSystem } from "../../src/platform/files.js";
import { thrownBy } from "../formats/safetensors-bytes.js";

let folder: string;
const at = (...parts: string[]): string => path.join(folder, ...parts);
const text = (file: string): string => fs.readFileSync(file, "utf8");

beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), "atif-files-"));
});
afterEach(() => {
  fs.rmSync(folder, { recursive: true, force: true });
});

/** The real file system with some calls replaced. */
const broken = (replaced: Partial<FileSystem>): FileSystem => ({
  ...(fs as unknown as FileSystem),
  ...replaced,
});
const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: as the system says it`), { code });
const failing = (code: string) => (): never => {
  throw systemError(code);
};

describe("writeFileAtomic", () => {
  it("writes text as UTF-8 and bytes as they are", () => {
    writeFileAtomic(at("a"), "größe\n");
    writeFileAtomic(at("b"), new Uint8Array([0, 255, 10]).subarray(1));
    writeFileAtomic(at("c"), "");
    expect(text(at("a"))).toBe("größe\n");
    expect([...fs.readFileSync(at("b"))]).toEqual([255, 10]);
    expect(fs.statSync(at("c")).size).toBe(0);
    expect(fs.readdirSync(folder).sort()).toEqual(["a", "b", "c"]);
  });

  it("replaces a file in one step: who has the old one open keeps reading the old one", () => {
    writeFileAtomic(at("a"), "old");
    const reader = fs.openSync(at("a"), "r");
    writeFileAtomic(at("a"), "new and longer");
    expect(fs.readFileSync(reader, "utf8")).toBe("old");
    fs.closeSync(reader);
    expect(text(at("a"))).toBe("new and longer");
  });

  it("brings the bytes to the disk before they take the name, and the name after", () => {
    const calls: string[] = [];
    const real = fs as unknown as FileSystem;
    const watched = broken({
      writeSync: (...args) => (calls.push("write"), real.writeSync(...args)),
      fsyncSync: (...args) => (calls.push("sync"), real.fsyncSync(...args)),
      renameSync: (...args) => (calls.push("rename"), real.renameSync(...args)),
    });
    writeFileAtomic(at("a"), "x", watched);
    expect(calls.slice(0, 4)).toEqual(["write", "sync", "rename", "sync"]);
  });

  it("goes on after short writes", () => {
    const real = fs as unknown as FileSystem;
    const slow = broken({
      writeSync: (fd, from, offset, length) => real.writeSync(fd, from, offset, Math.min(3, length)),
    });
    writeFileAtomic(at("a"), "0123456789", slow);
    expect(text(at("a"))).toBe("0123456789");
  });

  it.skipIf(process.platform === "win32")("keeps permissions and the symbolic link", () => {
    fs.mkdirSync(at("real"));
    fs.writeFileSync(at("real", "target"), "old", { mode: 0o600 });
    fs.symlinkSync(path.join("real", "target"), at("link"));
    writeFileAtomic(at("link"), "new");
    expect(fs.lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(text(at("real", "target"))).toBe("new");
    expect(fs.statSync(at("real", "target")).mode & 0o777).toBe(0o600);
    expect(fs.readdirSync(at("real"))).toEqual(["target"]);
    expect(fs.readdirSync(folder).sort()).toEqual(["link", "real"]);
  });

  it("accepts names at the limit of the file system", () => {
    const name = "n".repeat(255);
    writeFileAtomic(at(name), "x");
    expect(text(at(name))).toBe("x");
    expect(thrownBy(() => writeFileAtomic(at(`${name}n`), "x")).message).toBe(
      `cannot write ${at(`${name}n`)}: the name is too long for this file system; expected a shorter one. Shorten it.`,
    );
  });

  const steps: [string, Partial<FileSystem>][] = [
    ["open", { openSync: failing("ENOSPC") }],
    ["write", { writeSync: failing("ENOSPC") }],
    ["sync", { fsyncSync: failing("ENOSPC") }],
    ["rename", { renameSync: failing("ENOSPC") }],
  ];
  it.each(steps)("leaves the old file and nothing else when %s fails", (_, replaced) => {
    writeFileAtomic(at("a"), "old");
    const error = thrownBy(() => writeFileAtomic(at("a"), "new", broken(replaced)));
    expect(error).toBeInstanceOf(FileError);
    expect(error.message).toBe(
      `cannot write ${at("a")}: no space is left on the disk; expected room for the whole file. ` +
        "Free some, or write to another folder.",
    );
    expect((error as FileError).code).toBe("ENOSPC");
    expect((error.cause as Error).message).toBe("ENOSPC: as the system says it");
    expect(text(at("a"))).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["a"]);
  });

  it("leaves the old file when close fails, or when nothing more gets written", () => {
    writeFileAtomic(at("a"), "old");
    const real = fs as unknown as FileSystem;
    const closing = (fd: number): void => {
      real.closeSync(fd);
      throw systemError("EIO");
    };
    expect(thrownBy(() => writeFileAtomic(at("a"), "new", broken({ closeSync: closing }))).message).toBe(
      `cannot write ${at("a")}: the disk reported an error; expected a healthy disk. Check it, and write to another folder.`,
    );
    expect(
      (thrownBy(() => writeFileAtomic(at("a"), "new", broken({ writeSync: () => 0 }))) as FileError).code,
    ).toBe("EIO");
    expect(text(at("a"))).toBe("old");
    expect(fs.readdirSync(folder)).toEqual(["a"]);
  });

  it("succeeds on file systems without sync, and when only the folder cannot be synced", () => {
    writeFileAtomic(at("a"), "1", broken({ fsyncSync: failing("ENOSYS") }));
    expect(text(at("a"))).toBe("1");
    const real = fs as unknown as FileSystem;
    const filesOnly = (name: string, flags: string | number, mode?: number): number =>
      name === folder ? failing("EACCES")() : real.openSync(name, flags, mode);
    writeFileAtomic(at("a"), "2", broken({ openSync: filesOnly }));
    expect(text(at("a"))).toBe("2");
  });

  it("leaves the old file when the process dies half way, and what it left does not disturb the next", () => {
    writeFileAtomic(at("a"), "old");
    const real = fs as unknown as FileSystem;
    const dies = broken({
      writeSync: (fd, from, offset) => (real.writeSync(fd, from, offset, 2), failing("EIO")()),
      unlinkSync: failing("EIO"), // a dead process cleans nothing up
    });
    thrownBy(() => writeFileAtomic(at("a"), "new contents", dies));
    expect(text(at("a"))).toBe("old");
    const [left] = fs.readdirSync(folder).filter((name) => name !== "a");
    expect(left).toMatch(/^\.a\.\d+-\d+\.tmp$/);
    expect(text(at(left))).toBe("ne");
    // The next two names are taken, as if by a dead process that had the same id.
    const n = Number(/-(\d+)\.tmp$/.exec(left)?.[1]);
    for (const taken of [n + 1, n + 2])
      fs.writeFileSync(at(left.replace(`-${n}.tmp`, `-${taken}.tmp`)), "not mine");
    writeFileAtomic(at("a"), "newer");
    expect(text(at("a"))).toBe("newer");
    expect(text(at(left.replace(`-${n}.tmp`, `-${n + 1}.tmp`)))).toBe("not mine");
  });

  it("lets writers overlap: each reader sees one of them whole, the last to finish wins", () => {
    const real = fs as unknown as FileSystem;
    let inner = false;
    const overlapping = broken({
      fsyncSync: (fd) => {
        if (!inner) {
          inner = true;
          writeFileAtomic(at("a"), "second, inside the first");
          expect(text(at("a"))).toBe("second, inside the first");
        }
        real.fsyncSync(fd);
      },
    });
    writeFileAtomic(at("a"), "first", overlapping);
    expect(text(at("a"))).toBe("first");
    expect(fs.readdirSync(folder)).toEqual(["a"]);
  });

  it("is whole at every moment while three processes write it and are killed", async () => {
    const platform = ["files", "file-errors", "host", "node-module"].map((name) => `platform/${name}.ts`);
    for (const source of ["errors.ts", "show.ts", ...platform]) {
      const code = fs.readFileSync(path.join(import.meta.dirname, "../../src", source), "utf8");
      const options = { compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 } };
      const out = at("code", source.replace(/ts$/, "js"));
      fs.mkdirSync(path.dirname(out), { recursive: true });
      fs.writeFileSync(out, ts.transpileModule(code, options).outputText);
    }
    fs.writeFileSync(at("code", "package.json"), '{"type":"module"}');
    fs.writeFileSync(
      at("code", "writer.js"),
      `import { writeFileAtomic } from ${JSON.stringify(pathToFileURL(at("code", "platform", "files.js")).href)};
       const [path, letter] = process.argv.slice(2);
       for (let n = 0; ; n++) writeFileAtomic(path, letter.repeat(200_000 + (n % 7)));`,
    );
    const target = at("model");
    const children: ChildProcess[] = ["a", "b", "c"].map((letter) =>
      spawn(process.execPath, [at("code", "writer.js"), target, letter], { stdio: "ignore" }),
    );
    try {
      const seen = new Set<string>();
      const deadline = Date.now() + 20_000;
      for (let reads = 0; (reads < 60 || seen.size < 3) && Date.now() < deadline; reads++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (fs.existsSync(target)) seen.add(checkWhole(text(target)));
      }
      expect([...seen].sort()).toEqual(["a", "b", "c"]);
    } finally {
      await Promise.all(
        children.map(
          (child) =>
            new Promise((resolve) => {
              child.once("exit", resolve);
              child.kill("SIGKILL");
            }),
        ),
      );
    }
    checkWhole(text(target));
  });

  function checkWhole(contents: string): string {
    expect(contents.length).toBeGreaterThanOrEqual(200_000);
    expect(contents.length).toBeLessThan(200_007);
    expect(contents).toBe(contents[0].repeat(contents.length));
    return contents[0];
  }
});

describe("what cannot be written", () => {
  const say = (file: string, replaced: Partial<FileSystem> = {}): string => {
    const error = thrownBy(() => writeFileAtomic(file, "x", broken(replaced)));
    expect(error).toBeInstanceOf(FileError);
    return error.message;
  };

  it("a folder that does not exist", () => {
    expect(say(at("no", "such", "file"))).toBe(
      `cannot write ${at("no", "such", "file")}: the folder ${at("no")} does not exist; expected it to. ` +
        "Create it first, or write to another folder.",
    );
  });

  it("a path through a file", () => {
    fs.writeFileSync(at("data.csv"), "x");
    expect(say(at("data.csv", "run", "a"))).toBe(
      `cannot write ${at("data.csv", "run", "a")}: ${at("data.csv")} is a file, not a folder; expected a folder there. ` +
        "Choose another path.",
    );
  });

  it("a folder", () => {
    fs.mkdirSync(at("run"));
    for (const name of [at("run"), `${at("run")}/`, `${at("new")}/`, "/"]) {
      expect(say(name)).toBe(`cannot write ${name}: it names a folder; expected a file. Add a file name.`);
    }
    expect(fs.readdirSync(folder)).toEqual(["run"]);
  });

  it.skipIf(process.platform === "win32")("a device, which renaming over would destroy", () => {
    // The calls that could destroy it are taken away, so that a defect fails this test and nothing else.
    const harmless = { openSync: failing("EWHAT"), renameSync: failing("EWHAT") };
    for (const device of ["/dev/null", "/dev/full"].filter((name) => fs.existsSync(name))) {
      expect(say(device, harmless)).toBe(
        `cannot write ${device}: it is a device, pipe or socket; expected a regular file. Name another file.`,
      );
    }
  });

  it.skipIf(!fs.existsSync("/proc/self/status"))("a folder in which even root cannot create files", () => {
    const error = thrownBy(() => writeFileAtomic("/proc/atif-test", "x")) as FileError;
    expect(["ENOENT", "EACCES", "EPERM", "EROFS"]).toContain(error.code);
    expect(error.message).toMatch(/^cannot write \/proc\/atif-test: .+; expected .+\. [A-Z].+\.$/);
  });

  const sentences: [string, string][] = [
    [
      "EACCES",
      "permission denied; expected a folder and file you may write to. Change their permissions, or write to another folder.",
    ],
    [
      "EPERM",
      "permission denied; expected a folder and file you may write to. Change their permissions, or write to another folder.",
    ],
    [
      "EROFS",
      "the file system is read-only; expected one that can be written. Mount it for writing, or write to another folder.",
    ],
    [
      "EDQUOT",
      "no space is left on the disk for this user; expected room for the whole file. Free some, or write to another folder.",
    ],
    ["EFBIG", "it is larger than this file system allows; expected a smaller file. Try another disk."],
    ["ELOOP", "its symbolic links lead in a circle; expected a file. Correct the links."],
    [
      "EMFILE",
      "too many files are open; expected fewer. Close some programs, or raise the limit (ulimit -n).",
    ],
    ["EBUSY", "another program is using it; expected it to be free. Close that program and try again."],
    [
      "EWHAT",
      "the system said EWHAT: as the system says it; expected it to succeed. Check the path and try again.",
    ],
  ];
  it.each(sentences)("%s", (code, sentence) => {
    expect(say(at("a"), { openSync: failing(code) })).toBe(`cannot write ${at("a")}: ${sentence}`);
  });

  it("no name at all", () => {
    expect(say("")).toBe(
      'cannot write "": this is no file name; expected a path without zero bytes. Name a file.',
    );
    expect(say("a\0b")).toBe(
      'cannot write "a\\u0000b": this is no file name; expected a path without zero bytes. Name a file.',
    );
    expect(thrownBy(() => writeFileAtomic(undefined as never, "x")).message).toBe(
      "cannot write a file: path is undefined; expected a string.",
    );
  });
});

describe("readFileBounded", () => {
  const say = (file: string, limit = 100, replaced: Partial<FileSystem> = {}): string => {
    const error = thrownBy(() => readFileBounded(file, limit, broken(replaced)));
    expect(error).toBeInstanceOf(FileError);
    return error.message;
  };

  it("reads a file up to the limit", () => {
    fs.writeFileSync(at("a"), "12345");
    expect([...readFileBounded(at("a"), 5)]).toEqual([0x31, 0x32, 0x33, 0x34, 0x35]);
    expect(say(at("a"), 4)).toBe(
      `cannot read ${at("a")}: it has 5 bytes; expected at most 4. Check that it is the file you meant.`,
    );
  });

  it("refuses a huge file before it reads or allocates", () => {
    fs.writeFileSync(at("a"), "");
    fs.truncateSync(at("a"), 2 ** 40);
    const untouched = { readSync: failing("EWHAT") };
    expect(say(at("a"), 2 ** 31, untouched)).toBe(
      `cannot read ${at("a")}: it has 1099511627776 bytes; expected at most 2147483648. Check that it is the file you meant.`,
    );
    const error = thrownBy(() => readFileBounded(at("a"), Infinity, broken(untouched)));
    expect(error).toBeInstanceOf(OutOfMemoryError);
    expect(error.message).toBe(
      `${at("a")}: no memory for 1099511627776 bytes of it; expected less. Use a smaller file or a larger machine.`,
    );
  });

  it("goes on after short reads", () => {
    const real = fs as unknown as FileSystem;
    fs.writeFileSync(at("a"), "0123456789");
    const slow = broken({
      readSync: (fd, into, offset, length, from) =>
        real.readSync(fd, into, offset, Math.min(3, length), from),
    });
    expect(new TextDecoder().decode(readFileBounded(at("a"), 100, slow))).toBe("0123456789");
  });

  it("notices that the file became shorter", () => {
    fs.writeFileSync(at("a"), "0123456789");
    const shrinking = { readSync: () => (fs.truncateSync(at("a"), 4), 0) };
    expect(say(at("a"), 100, shrinking)).toBe(
      `cannot read ${at("a")}: it ended at byte 0 of 10; expected it to stay as it was. ` +
        "Something is still writing to it: try again when that is done.",
    );
  });

  it("says what is missing", () => {
    fs.writeFileSync(at("file"), "x");
    expect(say(at("nothing"))).toBe(
      `cannot read ${at("nothing")}: no such file; expected one there. Check the spelling and the folder you are in.`,
    );
    expect(say(at("no", "file"))).toBe(
      `cannot read ${at("no", "file")}: the folder ${at("no")} does not exist; expected a file in it. Check the spelling.`,
    );
    expect(say(at("file", "x"))).toBe(
      `cannot read ${at("file", "x")}: ${at("file")} is a file, not a folder; expected a folder there. Check the path.`,
    );
    expect(say(folder)).toBe(`cannot read ${folder}: it names a folder; expected a file. Add a file name.`);
    expect(say(at("file"), 100, { openSync: failing("EACCES") })).toBe(
      `cannot read ${at("file")}: permission denied; expected a file you may read. Change its permissions, or read it as its owner.`,
    );
  });

  it.skipIf(process.platform === "win32")("does not wait for a pipe or a device", async () => {
    const made = await new Promise<number | null>((resolve) => {
      spawn("mkfifo", [at("pipe")], { stdio: "ignore" })
        .once("exit", resolve)
        .once("error", () => resolve(1));
    });
    for (const name of ["/dev/zero", ...(made === 0 ? [at("pipe")] : [])]) {
      expect(say(name)).toBe(
        `cannot read ${name}: it is a device, pipe or socket; expected a regular file. Name another file.`,
      );
    }
  });

  it("closes the file whatever happens, and lets other errors through", () => {
    fs.writeFileSync(at("a"), "x");
    let open = 0;
    const real = fs as unknown as FileSystem;
    const counted = broken({
      openSync: (...args) => (open++, real.openSync(...args)),
      closeSync: (fd) => (open--, real.closeSync(fd)),
    });
    const other = new FormatError("f: no good");
    expect(
      thrownBy(() =>
        withOpenFile(
          at("a"),
          () => {
            throw other;
          },
          counted,
        ),
      ),
    ).toBe(other);
    readFileBounded(at("a"), 10, counted);
    thrownBy(() => readFileBounded(folder, 10, counted));
    expect(open).toBe(0);
  });
});

describe("without a file system", () => {
  const within = (host: unknown, work: () => unknown): string => {
    const { process } = globalThis;
    try {
      Object.assign(globalThis, { process: host });
      return thrownBy(work).message;
    } finally {
      Object.assign(globalThis, { process });
    }
  };

  it("says what to use in a browser", () => {
    for (const work of [() => readFileBounded("a", 1), () => writeFileAtomic("a", "x")]) {
      expect(within(undefined, work)).toBe(
        "there is no file system here; expected Node. In a browser, fetch the bytes and use the functions that take bytes.",
      );
    }
  });

  it("says which Node to use when this one is too old", () => {
    expect(within({ versions: { node: "20.3.0" } }, () => readFileBounded("a", 1))).toBe(
      "files cannot be reached from Node 20.3.0; expected Node 20.16, 22.3 or newer. Update Node.",
    );
  });
});
