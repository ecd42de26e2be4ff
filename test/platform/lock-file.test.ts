/** Locks: taken by one, refused to others, given back at every end, taken over from the dead by one of many. */

import { spawn, type ChildProcess } from "node:child_process";
import fs from "node:fs";
import { hostname, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import type { LinkingFileSystem } from "../../src/platform/create-file.js";
import { FileError } from "../../src/platform/files.js";
import { LockFile, successorNames } from "../../src/platform/lock-file.js";
import { thisProcess } from "../../src/platform/processes.js";
import { until } from "../until.js";

let folder: string;
let path: string;

beforeEach(() => {
  folder = fs.mkdtempSync(join(tmpdir(), "atif-lock-"));
  path = join(folder, "run.lock");
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const real = fs as unknown as LinkingFileSystem;
/** For many locks that no power cut threatens. */
const quick: LinkingFileSystem = { ...real, fsyncSync: () => undefined };
const systemError = (code: string): Error =>
  Object.assign(new Error(`${code}: as the system says it`), { code });

function failing(...codes: string[]): () => never {
  let calls = 0;
  return () => {
    throw systemError(codes[Math.min(calls++, codes.length - 1)]);
  };
}

function take(at = path, system = real): LockFile {
  const taken = LockFile.take(at, system);
  if (!(taken instanceof LockFile)) throw new Error(`not taken: ${JSON.stringify(taken)}`);
  return taken;
}

const TOKENS = { dead: "0123456789abcdef", deadToo: "fedcba9876543210" };

/** A process of this machine that has ended: the number is this one's, but it was started before. */
const dead = { ...thisProcess(), started: "1", boot: "an earlier one" };

function writeLock(changes: object = {}, at = path): void {
  const since = "2026-01-02T03:04:05.678Z";
  fs.writeFileSync(at, JSON.stringify({ ...dead, since, token: TOKENS.dead, ...changes }));
}

describe("a lock", () => {
  it("says who has it since when, is refused to others, and leaves nothing behind", () => {
    const before = new Date().toISOString();
    const lock = take();
    expect(fs.readdirSync(folder)).toEqual(["run.lock"]);
    const holder = LockFile.take(path);
    expect(holder).toEqual({
      state: "this process",
      path,
      holder: thisProcess(),
      since: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/) as string,
    });
    if (holder instanceof LockFile || holder.state === "unreadable") throw new Error("refused");
    expect(holder.since >= before && holder.since <= new Date().toISOString()).toBe(true);
    expect(LockFile.holder(path)).toEqual(holder);
    lock.release();
    lock.release();
    expect([fs.readdirSync(folder), LockFile.holder(path)]).toEqual([[], null]);
    take().release();
  });

  it("of another process is refused while that is running", () => {
    writeLock({ ...thisProcess(), process: process.ppid, started: null });
    expect(LockFile.take(path)).toMatchObject({ state: "running", holder: { process: process.ppid } });
    expect(fs.readdirSync(folder)).toEqual(["run.lock"]);
  });

  it("of another machine is refused, also if no process here has that number", () => {
    writeLock({ host: `not-${hostname()}`, process: 2 ** 30 });
    expect(LockFile.take(path)).toMatchObject({ state: "elsewhere", path });
    expect(LockFile.holder(path)).toMatchObject({ state: "elsewhere" });
  });

  it("whose process has ended is taken over, and nothing of it is left", () => {
    writeLock();
    expect(LockFile.holder(path)).toBeNull();
    const lock = take();
    expect(LockFile.take(path)).toMatchObject({ state: "this process" });
    expect(fs.readdirSync(folder)).toEqual(["run.lock"]);
    lock.release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("is taken over although a successor was killed on its way, and the successor of that one", () => {
    const names = [TOKENS.dead, TOKENS.deadToo].map((token) => `run.lock.${token}`);
    for (const name of names) expect(name).toMatch(successorNames("run.lock"));
    writeLock();
    writeLock({ token: TOKENS.deadToo }, join(folder, names[0]));
    writeLock({ token: "00000000000000aa" }, join(folder, names[1]));
    take().release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it("is left to a successor that is alive", () => {
    writeLock();
    const successor = join(folder, `run.lock.${TOKENS.dead}`);
    writeLock({ ...thisProcess(), process: process.ppid, started: null, token: TOKENS.deadToo }, successor);
    expect(LockFile.take(path)).toMatchObject({ state: "running", path: successor });
  });

  it("ends in no circle, however the files were made up", () => {
    writeLock();
    writeLock({}, join(folder, `run.lock.${TOKENS.dead}`));
    expect(LockFile.take(path)).toMatchObject({ state: "unreadable" });
  });

  it.each([
    ["empty", ""],
    ["cut off", '{"host":"a","pro'],
    ["no object", "null"],
    ["without a token", JSON.stringify({ ...dead, since: "" })],
    ["with a path for a token", JSON.stringify({ ...dead, since: "", token: "/../../../0123456" })],
    ["of a group of processes", JSON.stringify({ ...dead, process: -1, since: "", token: TOKENS.dead })],
    ["long", "x".repeat(5000)],
  ])("that is %s belongs to nobody who could be asked", (_, text) => {
    fs.writeFileSync(path, text);
    expect(LockFile.take(path)).toEqual({ state: "unreadable", path });
    expect(LockFile.holder(path)).toEqual({ state: "unreadable", path });
    expect(fs.readFileSync(path, "utf8")).toBe(text);
  });

  it("is no folder, and no link that leads nowhere", () => {
    fs.mkdirSync(path);
    expect(LockFile.take(path)).toEqual({ state: "unreadable", path });
    const link = join(folder, "link");
    fs.symlinkSync("nowhere", link);
    expect(LockFile.take(link)).toEqual({ state: "unreadable", path: link });
  });

  it("that somebody has removed, and another process taken, is left alone", () => {
    const lock = take();
    fs.rmSync(path);
    writeLock({ host: "another" });
    lock.release();
    expect(LockFile.holder(path)).toMatchObject({ state: "elsewhere" });
  });

  it("is made where there are no hard links", () => {
    for (const code of ["EPERM", "ENOTSUP", "ENOSYS"]) {
      const system = { ...real, linkSync: failing(code) };
      const lock = take(path, system);
      expect(fs.readdirSync(folder)).toEqual(["run.lock"]);
      expect(LockFile.take(path, system)).toMatchObject({ state: "this process" });
      lock.release();
      writeLock();
      take(path, system).release();
      expect(fs.readdirSync(folder)).toEqual([]);
    }
  });

  it("is waited for that is seen before it is written", () => {
    fs.writeFileSync(path, "");
    let reads = 0;
    const openSync: LinkingFileSystem["openSync"] = (at, flags, mode) => {
      if (at === path && reads++ === 3) writeLock({ host: "another" });
      return real.openSync(at, flags, mode);
    };
    expect(LockFile.take(path, { ...quick, openSync })).toMatchObject({ state: "elsewhere" });
  });

  it("is written again when somebody has tidied what it was to be made of", () => {
    let calls = 0;
    const linkSync: LinkingFileSystem["linkSync"] = (from, to) => {
      if (calls++ < 3) fs.unlinkSync(from);
      real.linkSync(from, to);
    };
    take(path, { ...real, linkSync }).release();
    expect(calls).toBe(4);
  });

  it("that was made although the system did not say so is one's own", () => {
    const linkSync: LinkingFileSystem["linkSync"] = (from, to) => {
      real.linkSync(from, to);
      throw systemError("EEXIST");
    };
    take(path, { ...real, linkSync }).release();
    expect(fs.readdirSync(folder)).toEqual([]);
  });

  it.each([
    ["EROFS", "the file system is read-only;"],
    ["ENOSPC", "no space is left on the disk;"],
    ["EACCES", "permission denied;"],
  ])("that cannot be written (%s) is a sentence", (code, sentence) => {
    const system = { ...real, openSync: failing(code) };
    expect(() => LockFile.take(path, system)).toThrow(FileError);
    expect(() => LockFile.take(path, system)).toThrow(`cannot write ${path}: ${sentence}`);
    expect(fs.readdirSync(folder)).toEqual([]);
  });
});

/** The file system of one process, which tells `before` the number of each call. */
function watched(before: (call: number) => void, system = quick): LinkingFileSystem {
  let calls = 0;
  const watch = <T extends unknown[], R>(work: (...args: T) => R): ((...args: T) => R) => {
    return (...args) => {
      before(calls++);
      return work(...args);
    };
  };
  return {
    constants: system.constants,
    openSync: watch(system.openSync),
    closeSync: watch(system.closeSync),
    fstatSync: watch(system.fstatSync),
    statSync: watch(system.statSync),
    realpathSync: watch(system.realpathSync),
    readSync: watch(system.readSync),
    writeSync: watch(system.writeSync),
    fchmodSync: watch(system.fchmodSync),
    fsyncSync: watch(system.fsyncSync),
    renameSync: watch(system.renameSync),
    unlinkSync: watch(system.unlinkSync),
    linkSync: watch(system.linkSync),
  };
}

const BEGINNINGS = [
  ["there is none", () => undefined],
  ["one is dead", () => writeLock()],
  [
    "one is dead, and its successor too",
    () => {
      writeLock();
      writeLock({ token: TOKENS.deadToo }, `${path}.${TOKENS.dead}`);
    },
  ],
] as const;

describe.each(BEGINNINGS)("where %s", (_, begin) => {
  it.each([
    ["hard links", quick],
    ["no hard links", { ...quick, linkSync: failing("EPERM") }],
  ])("one of two has the lock, whenever the other comes, with %s", (_, system) => {
    for (let moment = 0, isOver = false; !isOver; moment++) {
      begin();
      let other: ReturnType<typeof LockFile.take> | null = null;
      const comes = (call: number): void => {
        if (call === moment) other = LockFile.take(path, system);
      };
      const one = LockFile.take(path, watched(comes, system));
      isOver = other === null;
      other ??= LockFile.take(path, system);
      const locks = [one, other].filter((taken) => taken instanceof LockFile);
      expect(locks, `moment ${moment}`).toHaveLength(1);
      locks[0].release();
      expect(fs.readdirSync(folder), `moment ${moment}`).toEqual([]);
      expect(moment).toBeLessThan(200);
    }
  });

  it("a process that is killed at any moment leaves what another one can take", () => {
    for (let moment = 0, isOver = false; !isOver; moment++) {
      begin();
      isOver = true;
      const isKilled = (call: number): void => {
        if (call < moment) return;
        isOver = false;
        throw new Error("killed");
      };
      try {
        LockFile.take(path, watched(isKilled));
      } catch {
        // So it is.
      }
      for (const name of fs.readdirSync(folder)) {
        const text = fs.readFileSync(join(folder, name), "utf8");
        if (name.endsWith(".tmp")) continue;
        fs.writeFileSync(join(folder, name), JSON.stringify({ ...(JSON.parse(text) as object), ...dead }));
      }
      expect(LockFile.holder(path), `moment ${moment}`).toBeNull();
      take(path, quick).release();
      for (const name of fs.readdirSync(folder)) {
        expect(name, `moment ${moment}`).toMatch(/^run\.lock\.[0-9a-f]{16}$|^\.run\.lock.*\.tmp$/);
        fs.rmSync(join(folder, name));
      }
      expect(moment).toBeLessThan(200);
    }
  });
});

/** As it was compiled: in dist/ it is a part of a file. */
const LOCK_FILE = fileURLToPath(new URL("../../build/platform/lock-file.js", import.meta.url));
const children: ChildProcess[] = [];
afterAll(() => children.forEach((child) => child.kill("SIGKILL")));

interface Player {
  readonly child: ChildProcess;
  readonly said: string[];
  say(word: string): void;
}

/** A process that takes the lock it is told, says what came of it, and gives it back when it is told so. */
async function player(): Promise<Player> {
  const script = `import { LockFile } from ${JSON.stringify(LOCK_FILE)};
    import { createInterface } from "node:readline";
    let lock = null;
    console.log("ready");
    for await (const line of createInterface({ input: process.stdin })) {
      if (line === "throw") throw new Error("as asked");
      if (line === "exit") process.exit(3);
      if (line === "release") lock?.release(), lock = null, console.log("released");
      else {
        const taken = LockFile.take(line);
        if (taken instanceof LockFile) lock = taken;
        console.log(lock === null ? taken.state : "won");
      }
    }`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    stdio: "pipe",
  });
  let complaint = "";
  child.stderr.on("data", (text: Buffer) => (complaint += text.toString()));
  children.push(child);
  const said: string[] = [];
  child.stdout.on("data", (text: Buffer) => said.push(...text.toString().trim().split("\n")));
  await until("a process that is ready", () => said.length === 1 || child.exitCode !== null);
  expect(said, complaint).toEqual(["ready"]);
  return { child, said, say: (word) => void child.stdin.write(`${word}\n`) };
}

async function answers(players: readonly Player[], word: string): Promise<string[]> {
  const before = players.map(({ said }) => said.length);
  for (const { say } of players) say(word);
  await until("all answers", () => players.every(({ said }, i) => said.length > before[i]));
  return players.map(({ said }) => said[said.length - 1]);
}

describe("of ten processes", () => {
  it(
    "one has the lock, new, of the dead, or of the dead with a dead successor",
    { timeout: 120_000 },
    async () => {
      const players = await Promise.all(Array.from({ length: 10 }, player));
      const expected = [...Array.from({ length: 9 }, () => "running"), "won"];
      for (let round = 0; round < 15; round++) {
        const place = join(folder, String(round), "run.lock");
        fs.mkdirSync(dirname(place));
        if (round % 3 > 0) writeLock({}, place);
        if (round % 3 > 1) writeLock({ token: TOKENS.deadToo }, `${place}.${TOKENS.dead}`);
        expect((await answers(players, place)).sort(), `round ${round}`).toEqual(expected);
        expect(LockFile.holder(place)).toMatchObject({ state: "running" });
        await answers(players, "release");
        expect(fs.readdirSync(dirname(place)), `round ${round}`).toEqual([]);
      }
      for (const { child } of players) child.kill();
    },
  );

  it("one that ends in any way gives it back, or leaves it to be taken over", async () => {
    for (const [end, isLeft] of [
      ["throw", false],
      ["exit", false],
      ["SIGKILL", true],
    ] as const) {
      const { child, say, said } = await player();
      say(path);
      await until("the lock", () => said.includes("won"));
      expect(LockFile.take(path)).toMatchObject({ state: "running", holder: { process: child.pid } });
      const closed = new Promise((resolve) => child.on("close", resolve));
      if (end === "SIGKILL") child.kill(end);
      else say(end);
      await closed;
      expect(fs.existsSync(path), end).toBe(isLeft);
      take().release();
    }
  });
});
