import { describe, expect, it } from "vitest";
import { plotConfusion } from "../../src/plots/confusion-plot.js";

const confusion = [
  [8, 2, 0],
  [1, 9, 0],
  [0, 0, 0],
];

describe("plotConfusion", () => {
  it("has a cell for each label and answer, as dark as its share of the label", () => {
    const svg = plotConfusion(confusion, { classNames: ["cat", "<dog>", "owl"] });
    expect(svg.match(/<rect x=/g)).toHaveLength(9);
    expect(svg).toContain("<title>cat taken for &lt;dog&gt;: 2 of 10</title>");
    const [first, second, third] = [...svg.matchAll(/fill-opacity="([^"]+)"/g)].map(([, share]) => share);
    expect([first, second, third]).toEqual(["0.8", "0.2", "0"]);
    expect(svg).toContain("20 samples, 85.0 % of them right");
    expect(svg).toContain("Most often taken: cat for &lt;dog&gt; (2), &lt;dog&gt; for cat (1).");
  });

  it("has counts where there is something to count, and names classes by their numbers", () => {
    const svg = plotConfusion(confusion);
    expect([...svg.matchAll(/text-anchor="middle">(\d+)</g)].map(([, text]) => text)).toEqual([
      "8",
      "2",
      "1",
      "9",
      "0",
      "1",
      "2",
    ]);
    expect(
      plotConfusion([
        [3, 0],
        [0, 4],
      ]),
    ).toContain("No mistake.");
  });

  it("draws many classes in the room that there is", () => {
    const many = Array.from({ length: 100 }, (_, i) =>
      Array.from({ length: 100 }, (_, j) => (i === j ? 1 : 0)),
    );
    const svg = plotConfusion(many);
    expect(svg).toContain('viewBox="0 0 704 674"');
    expect(svg).not.toContain('text-anchor="middle"');
  });

  it("refuses what is none", () => {
    expect(() => plotConfusion([[1, 2]])).toThrow(
      "expected a row of counts per class, as evaluate() returns",
    );
    expect(() => plotConfusion([[0]])).toThrow("nothing was counted");
    expect(() => plotConfusion([[1]], { classNames: [] })).toThrow(
      "0 class names for 1 classes; expected one each",
    );
  });
});
