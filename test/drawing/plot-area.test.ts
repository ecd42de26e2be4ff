import { describe, expect, it } from "vitest";
import { PlotArea } from "../../src/drawing/plot-area.js";

const area = new PlotArea({
  ...{ left: 50, top: 20, width: 200, height: 100 },
  ...{ x: { low: -1, high: 3 }, y: { low: 0, high: 2 } },
});

describe("PlotArea", () => {
  it("gives numbers their places, upwards", () => {
    expect([area.x(-1), area.x(0), area.x(3)]).toEqual([50, 100, 250]);
    expect([area.y(0), area.y(0.5), area.y(2)]).toEqual([120, 95, 20]);
  });

  it("draws lines through them", () => {
    const points = [
      [-1, 0],
      [1 / 3, 2],
    ] as const;
    expect(area.curve(points, "#123456")).toBe(
      '<polyline fill="none" stroke="#123456" stroke-width="2" points="50,120 116.67,20"/>',
    );
    expect(area.curve(points, "#123456", 'stroke-dasharray="4 3"')).toContain(
      ' stroke-dasharray="4 3" points=',
    );
  });

  it("marks its axes, and names them", () => {
    const svg = area.axes({ x: "input <V>", y: "output" }).join("\n");
    const texts = [...svg.matchAll(/<text x="([\d.]+)" y="([\d.]+)"[^>]*>([^<]*)<\/text>/g)];
    expect(texts.map(([, x, y, text]) => [text, Number(x), Number(y)])).toEqual([
      ["0", 44, 124], ["1", 44, 74], ["2", 44, 24],
      ["0", 100, 138], ["2", 200, 138],
      ["input &lt;V&gt;", 250, 156], ["output", 50, 12],
    ]); // prettier-ignore
  });
});
