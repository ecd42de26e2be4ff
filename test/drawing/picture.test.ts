import { describe, expect, it } from "vitest";
import { picture } from "../../src/drawing/picture.js";

describe("picture", () => {
  it("stands alone, and says what it shows", () => {
    const svg = picture({
      ...{ id: "some", title: "a < b", description: 'of "c" & d', width: 300, height: 200 },
      body: ['<circle r="3"/>'],
    });
    const lines = svg.split("\n");
    expect(lines[0]).toBe(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 300 200" width="300" height="200" role="img" aria-labelledby="some-title some-desc">',
    );
    expect(lines.slice(1, 3)).toEqual([
      '<title id="some-title">a &lt; b</title>',
      '<desc id="some-desc">of &quot;c&quot; &amp; d</desc>',
    ]);
    expect(svg).toMatch(/@media\(prefers-color-scheme:dark\)/);
    expect(lines.slice(4)).toEqual([
      '<rect class="ground" width="300" height="200"/>',
      '<circle r="3"/>',
      "</svg>",
      "",
    ]);
  });
});
