import { afterEach, describe, expect, it, vi } from "vitest";
import { EventLoopTurns, nextTurn, noteTurn, turnIfDue, waitForTurn } from "../../src/platform/event-loop.js";

describe("event loop", () => {
  afterEach(() => {
    vi.unstubAllGlobals();
  });

  /** Whether a timer that is due gets its turn while nextTurn() is awaited again and again. */
  async function timersRun(): Promise<boolean> {
    let ran = false;
    setTimeout(() => (ran = true), 0);
    for (const end = Date.now() + 10_000; !ran && Date.now() < end;) await nextTurn();
    return ran;
  }

  it("turns where there is setImmediate, and where there is not, as in browsers", async () => {
    expect(await timersRun()).toBe(true);
    vi.stubGlobal("setImmediate", undefined);
    expect(await timersRun()).toBe(true);
  });

  it("turns by the task scheduler of a browser that has one", async () => {
    vi.stubGlobal("setImmediate", undefined);
    const postTask = vi.fn((task: () => void) => {
      task();
      return Promise.resolve();
    });
    vi.stubGlobal("scheduler", { postTask });
    await nextTurn();
    expect(postTask).toHaveBeenCalledTimes(1);
  });

  it("is due after the interval, and not again right after a turn", async () => {
    const now = vi.spyOn(performance, "now");
    try {
      now.mockReturnValue(100);
      const turns = new EventLoopTurns(15);
      await turns.next();
      now.mockReturnValue(114.9);
      expect(turns.due).toBe(false);
      now.mockReturnValue(115);
      expect(turns.due).toBe(true);
      await turns.next();
      expect(turns.due).toBe(false);
      now.mockReturnValue(130);
      expect(turns.due).toBe(true);
    } finally {
      now.mockRestore();
    }
  });

  it("is due for one piece of work that follows another: many short ones are long", async () => {
    const now = vi.spyOn(performance, "now");
    try {
      now.mockReturnValue(100);
      await nextTurn();
      now.mockReturnValue(110);
      expect(new EventLoopTurns(15).due).toBe(false);
      now.mockReturnValue(115);
      expect(new EventLoopTurns(15).due).toBe(true);
      noteTurn();
      expect(new EventLoopTurns(15).due).toBe(false);
    } finally {
      now.mockRestore();
    }
  });

  it("is due before the interval when 64 MiB wait for the collector, until it has turned", async () => {
    const now = vi.spyOn(performance, "now").mockReturnValue(100);
    try {
      await nextTurn();
      const turns = new EventLoopTurns(15);
      waitForTurn(2 ** 26 - 1);
      expect(turns.due).toBe(false);
      waitForTurn(1);
      expect(turns.due).toBe(true);
      await turnIfDue();
      expect(turns.due).toBe(false);
    } finally {
      now.mockRestore();
    }
  });
});
