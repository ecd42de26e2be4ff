import { describe, expect, it } from "vitest";
import { formatDuration, Progress, type ProgressOptions } from "../../src/cli/progress.js";
import { Terminal, usesColour, type TextStream } from "../../src/cli/terminal.js";
import { epochLine, TrainingProgress } from "../../src/cli/training-progress.js";
import type { EpochMetrics } from "../../src/training/epoch-metrics.js";

class Recorder implements TextStream {
  text = "";

  constructor(
    readonly isTTY: boolean,
    readonly columns?: number,
  ) {}

  write(text: string): void {
    this.text += text;
  }

  /** What has been written since the last time. */
  taken(): string {
    const { text } = this;
    this.text = "";
    return text;
  }
}

class Clock {
  time = 1_000_000;
  readonly now = (): number => this.time;
}

function made(stream: TextStream, options: ProgressOptions = {}): { progress: Progress; clock: Clock } {
  const clock = new Clock();
  const environment = { NO_COLOR: "1" };
  return { progress: new Progress(stream, { now: clock.now, environment, ...options }), clock };
}

describe("progress on a terminal", () => {
  it("redraws one line, not more often than people see", () => {
    const stream = new Recorder(true, 100);
    const { progress, clock } = made(stream);
    progress.update("epoch 1/2", 0, ["loss 2.3"]);
    expect(stream.taken()).toBe(`\r\u001b[Kepoch 1/2 ${"-".repeat(24)}  0 %  loss 2.3`);
    clock.time += 79;
    progress.update("epoch 1/2", 0.1);
    expect(stream.taken()).toBe("");
    clock.time += 1921;
    progress.update("epoch 1/2", 0.25, ["loss 1.7", "900 samples/s"]);
    // a quarter took 2 s
    expect(stream.taken()).toBe(
      `\r\u001b[Kepoch 1/2 ${"#".repeat(6)}${"-".repeat(18)} 25 %  loss 1.7  900 samples/s  0:06 left`,
    );
  });

  it("puts lines that stay above it, and goes away when told to", () => {
    const stream = new Recorder(true, 100);
    const { progress } = made(stream);
    progress.line("first");
    expect(stream.taken()).toBe("first\n");
    progress.update("working", 0.5);
    stream.taken();
    progress.line("epoch 1/2 is over");
    expect(stream.taken()).toBe("\r\u001b[Kepoch 1/2 is over\n");
    progress.clear();
    expect(stream.taken()).toBe("");
  });

  it("never fills the last column, leaves out details and then the bar", () => {
    for (let columns = 10; columns < 100; columns++) {
      const stream = new Recorder(true, columns);
      made(stream).progress.update("epoch 1/2", 0.5, ["loss 2.3", "900 samples/s"]);
      const line = stream.taken().slice("\r\u001b[K".length);
      expect(line.length).toBeLessThan(columns);
      expect(line.startsWith("epoch 1/2".slice(0, columns - 1))).toBe(true);
      expect(line.includes("#")).toBe(columns >= 51);
      expect(line.includes("samples/s")).toBe(
        columns > 9 + 25 + 5 + 10 + 15 || (columns < 51 && columns > 39),
      );
    }
  });

  it("keeps the share apart from what stands before it, with a bar and without", () => {
    for (const [columns, before] of [
      [40, "testing 1/1"],
      [120, "#"],
    ] as const) {
      const stream = new Recorder(true, columns);
      made(stream).progress.update("testing 1/1", 1);
      expect(stream.taken()).toContain(`${before} 100 %`);
    }
  });

  it("takes a terminal that says 0 columns for one of 80", () => {
    const stream = new Recorder(true, 0);
    made(stream).progress.update("epoch 1/2", 0.5);
    expect(stream.taken()).toContain("#".repeat(12));
  });

  it("draws in colour and with lines where the terminal has them", () => {
    const stream = new Recorder(true, 80);
    made(stream, { environment: { LANG: "en_US.UTF-8" } }).progress.update("x", 0.5);
    expect(stream.taken()).toContain(
      `\u001b[32m${"━".repeat(12)}\u001b[0m\u001b[2m${"─".repeat(12)}\u001b[0m`,
    );
  });

  it("keeps its share at the pace of this process when a run is resumed", () => {
    const stream = new Recorder(true, 120);
    const { progress, clock } = made(stream);
    progress.update("epoch 9/10", 0.8);
    clock.time += 3000;
    progress.update("epoch 9/10", 0.85);
    expect(stream.taken()).toContain("0:09 left");
  });
});

describe("progress elsewhere", () => {
  it.each([
    ["a pipe", new Recorder(false), {}],
    ["a dumb terminal", new Recorder(true), { environment: { TERM: "dumb" } }],
  ])("%s gets a plain line every five seconds at most, and the lines that stay", (_, stream, options) => {
    const { progress, clock } = made(stream, options);
    for (let i = 0; i <= 120; i++) {
      progress.update("epoch 1/3", i / 120, [`loss ${i}`]);
      clock.time += 100;
    }
    expect(stream.taken()).toBe(
      "epoch 1/3, 41 %, loss 50, 0:07 left\nepoch 1/3, 83 %, loss 100, 0:02 left\n",
    );
    progress.line("epoch 1/3 is over");
    clock.time += 4999;
    progress.update("epoch 2/3", 0.5);
    expect(stream.taken()).toBe("epoch 1/3 is over\n");
  });

  it("says nothing when it is silent, or is meant for terminals only", () => {
    for (const [isTTY, options] of [
      [true, { silent: true }],
      [false, { terminalOnly: true }],
    ] as const) {
      const stream = new Recorder(isTTY);
      const { progress, clock } = made(stream, options);
      for (let i = 0; i < 20; i++) {
        clock.time += 1000;
        progress.update("x", i / 20);
      }
      progress.line("over");
      progress.clear();
      expect(stream.taken()).toBe("");
    }
  });
});

describe("training progress", () => {
  const metrics: EpochMetrics = {
    epoch: 3,
    lr: 0.01,
    trainLoss: 0.25,
    trainAccuracy: 0.9412,
    trainAverageClassAccuracy: 0.94,
    seconds: 1.26,
    samplesPerSecond: 1140,
    validation: null,
    spikesPerInference: 12,
    layers: [0.8, 1.23456].map((theta, i) => ({
      name: `layers.neuron${i + 1}`,
      kind: "ATIF",
      theta,
      firingRate: 0.1,
      spikesPerInference: 6,
      neurons: 10,
    })),
  };

  it("spans all epochs and says what the batch has lost", () => {
    const stream = new Recorder(true, 120);
    const progress = new TrainingProgress(made(stream).progress);
    progress.batch({
      epoch: 2,
      epochs: 10,
      batch: 5,
      batches: 10,
      samples: 160,
      loss: 0.5,
      samplesPerSecond: 99.6,
    });
    expect(stream.taken()).toBe(
      `\r\u001b[Kepoch  2/10 ####${"-".repeat(20)} 15 %  loss 0.500  100 samples/s`,
    );
  });

  it("tells the time that is left of the work under way: a test, and a second run, by their own pace", () => {
    const stream = new Recorder(true, 120);
    const { progress, clock } = made(stream);
    const train = (told: TrainingProgress, batch: number): void =>
      told.batch({ epoch: 1, epochs: 1, batch, batches: 10, samples: batch, loss: 1, samplesPerSecond: 1 });
    const first = new TrainingProgress(progress);
    for (let batch = 1; batch <= 10; batch++) {
      train(first, batch);
      clock.time += 60_000;
    }
    expect(stream.taken()).toContain("90 %  loss 1.000  1 samples/s  1:00 left");
    for (let done = 1; done <= 3; done++) {
      first.test(done, 4);
      clock.time += 2000;
    }
    // ten minutes of training are no part of a test of eight seconds
    expect(stream.taken()).toMatch(/testing 3\/4 #+-+ 75 % {2}0:02 left$/);
    const second = new TrainingProgress(progress);
    for (let batch = 1; batch <= 6; batch++) {
      train(second, batch);
      clock.time += 1000;
    }
    expect(stream.taken()).toMatch(/60 % .* 0:04 left$/);
  });

  it("stands still where the experiment wants no bar, and still has a line per epoch", () => {
    const stream = new Recorder(true, 120);
    const progress = new TrainingProgress(made(stream).progress, false);
    progress.batch({ epoch: 1, epochs: 2, batch: 1, batches: 2, samples: 1, loss: 1, samplesPerSecond: 1 });
    progress.validation(1, 2);
    progress.test(1, 2);
    expect(stream.taken()).toBe("");
    progress.epoch(metrics, 15);
    expect(stream.taken()).toMatch(/^epoch {2}3\/15 .*\n$/);
  });

  it("has one line per epoch with what is known", () => {
    expect(epochLine(metrics, 15)).toBe(
      "epoch  3/15  loss 0.2500  accuracy 94.1 %  theta 0.800 1.235  1.3 s",
    );
    const validation = { samples: 1, loss: 1, accuracy: 0.5, averageClassAccuracy: 0.5, spikesPerInference: 1, confusion: [], layers: [] }; // prettier-ignore
    const layers = [3, 0.5, 1, 2, 1.5].map((theta) => ({ ...metrics.layers[0], theta }));
    expect(epochLine({ ...metrics, trainAccuracy: null, validation, layers }, 3)).toBe(
      "epoch 3/3  loss 0.2500  validation 50.0 %  theta 0.500 to 3.000  1.3 s",
    );
    expect(epochLine({ ...metrics, layers: [] }, 3)).toBe("epoch 3/3  loss 0.2500  accuracy 94.1 %  1.3 s");
  });
});

describe("terminal", () => {
  const lines = (modes: { json?: boolean; quiet?: boolean }): [string, string] => {
    const [out, err] = [new Recorder(false), new Recorder(false)];
    const terminal = new Terminal(modes, out, err, {});
    terminal.print("result");
    terminal.answer({ a: 1 });
    terminal.warn("careful.");
    return [out.text, err.text];
  };

  it("prints text or one JSON object, and warnings beside either", () => {
    expect(lines({})).toEqual(["result\n", "atif: warning: careful.\n"]);
    expect(lines({ json: true })).toEqual(['{"a":1}\n', "atif: warning: careful.\n"]);
    expect(lines({ quiet: true })).toEqual(["", "atif: warning: careful.\n"]);
    expect(lines({ json: true, quiet: true })).toEqual(['{"a":1}\n', "atif: warning: careful.\n"]);
  });

  it("has colour on terminals that want it", () => {
    const [terminal, pipe] = [new Recorder(true), new Recorder(false)];
    expect(usesColour(terminal, {})).toBe(true);
    expect(usesColour(terminal, { NO_COLOR: "" })).toBe(true);
    expect(usesColour(terminal, { NO_COLOR: "1" })).toBe(false);
    expect(usesColour(terminal, { TERM: "dumb" })).toBe(false);
    expect(usesColour(pipe, {})).toBe(false);
    for (const stream of [terminal, pipe]) {
      const styled = new Terminal({}, stream, pipe, {});
      styled.print(styled.bold("x"));
    }
    expect(terminal.text).toBe("\u001b[1mx\u001b[0m\n");
    expect(pipe.text).toBe("x\n");
  });
});

it("writes durations as clocks do", () => {
  expect([0, 6.5, 59.4, 59.6, 3599, 3600, 36_061].map(formatDuration)).toEqual([
    "0:00", "0:07", "0:59", "1:00", "59:59", "1:00:00", "10:01:01",
  ]); // prettier-ignore
});
