import { beforeAll, describe, expect, it } from "vitest";
import { energyChart } from "../../src/energy/energy-chart.js";
import { estimateEnergy, type EnergyEstimate } from "../../src/energy/estimate-energy.js";
import { formatEnergy } from "../../src/energy/format-energy.js";
import { init } from "../../src/kernels/select.js";
import { tagsOf } from "../drawing/tags.js";
import { activity, conv, network, numbers, spikes } from "./networks.js";

function estimate(name = "neuron"): EnergyEstimate {
  const flatten = { name: "flatten", kind: "Flatten" };
  const model = network([8, 8, 2], [256], 4, [conv(), { name: "neuron", kind: "IFNode" }, flatten]);
  const given = activity(4, {
    conv: [numbers(0.8), numbers(1)],
    neuron: [numbers(1), spikes(0.1)],
    flatten: [spikes(0.1), spikes(0.1)],
  });
  const { rows, ...rest } = estimateEnergy(model, given, { memWidth: 16, fifoSize: 100 });
  return { ...rest, rows: rows.map((row, i) => (i === 0 ? { ...row, name } : row)) };
}

describe("energyChart", () => {
  beforeAll(() => init({ backend: "reference" }));

  it("is a picture that stands alone and says what it shows", () => {
    const svg = energyChart(estimate());
    expect(tagsOf(svg)).toContain("desc");
    expect(svg).toMatch(/^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox/);
    expect(svg).toContain('role="img" aria-labelledby="energy-title energy-desc"');
    expect(svg).toMatch(/text\{[^}]*fill:#1b1b1b\}.*\.ground\{fill:#fff\}/);
    expect(svg).toMatch(/prefers-color-scheme:dark\)\{text\{fill:#ececec\}\.ground\{fill:#1b1b1b\}/);
    expect(svg).toContain('<rect class="ground" width="760"');
    expect(svg).toMatch(/<desc id="energy-desc">[\d.]+ nJ per inference: .* for accesses to memory/);
    expect(svg).not.toMatch(/href|<script|url\(|flatten/);
  });

  it("has bars as long as their parts", () => {
    const own = estimate();
    const [row] = own.rows;
    const half = Object.fromEntries(
      Object.entries(row).map(([key, value]) => [key, typeof value === "number" ? value / 2 : value]),
    ) as unknown as typeof row;
    const svg = energyChart({ ...own, rows: [row, half] });
    const second = [...svg.matchAll(/<rect x="[\d.]+" y="90" width="([\d.]+)"/g)];
    const shorter = second.reduce((total, [, width]) => total + Number(width), 0);
    const widths = [...svg.matchAll(/<rect x="[\d.]+" y="64" width="([\d.]+)"/g)].map(([, width]) =>
      Number(width),
    );
    expect(widths.length).toBe(5);
    const whole = widths.reduce((total, width) => total + width, 0);
    // The longest is as long as there is room for.
    expect(Math.abs(whole - 480)).toBeLessThan(0.1);
    expect(Math.abs(shorter - 240)).toBeLessThan(0.1);
    const parts = [row.memPot, row.memWeights, row.memBias, row.memIo, row.opsAddr];
    parts.forEach((part, i) => expect(widths[i] / whole).toBeCloseTo(part / row.total, 3));
  });

  it("escapes names, whatever is in them", () => {
    const svg = energyChart(estimate(`</text><script>"&'\u0007\u{1f600}`));
    tagsOf(svg);
    expect(svg).not.toContain("<script");
    expect(svg).not.toContain("\u0007");
    expect(svg).toContain("&lt;/text&gt;&lt;script&gt;&quot;&amp;&#39;\u{fffd}\u{1f600}");
    const long = energyChart(estimate("layers.".repeat(20)));
    expect(long).toContain("…</text>");
  });

  it("of nothing, and of no estimate", () => {
    tagsOf(energyChart({ ...estimate(), rows: [] }));
    expect(() => energyChart(null as never)).toThrow(
      "energyChart: the estimate is null; expected that of estimateEnergy",
    );
    expect(() => energyChart({} as never)).toThrow("expected that of estimateEnergy");
  });

  it("names energies for people", () => {
    expect([0, 0.5, 12.34, 999.4, 999.6, 651943.45, 1.2e12].map(formatEnergy)).toEqual([
      "0 pJ",
      "0.50 pJ",
      "12.3 pJ",
      "999 pJ",
      "1.00 nJ",
      "652 nJ",
      "1.20 J",
    ]);
  });
});
