/** Settings of the page in an address. */

import { describe, expect, it } from "vitest";
import {
  defaultSettings,
  settingsFromHash,
  settingsOfAddress,
  settingsToHash,
} from "../../playground/state/settings.js";

describe("settings in an address", () => {
  it("come back as they were", () => {
    const settings = {
      ...defaultSettings,
      data: "moving",
      network: "dense",
      hidden: 64,
      hidden2: 32,
      fixedTheta: 0.75,
      learningRate: 0.0035,
      seed: 42,
    } as const;
    expect(settingsFromHash(`#${settingsToHash(settings)}`)).toEqual(settings);
  });

  it("are null where there are none", () => {
    expect(settingsFromHash("")).toBeNull();
    expect(settingsFromHash("#train")).toBeNull();
  });

  it("are those of the first visit where nothing is said, and none where a section is named", () => {
    const settings = { ...defaultSettings, seed: 3 };
    expect(settingsOfAddress(`#${settingsToHash(settings)}`)).toEqual(settings);
    expect(["", "#"].map(settingsOfAddress)).toEqual([defaultSettings, defaultSettings]);
    expect(settingsOfAddress("#train")).toBeNull();
  });

  it("that are not named are those of the first visit", () => {
    expect(settingsFromHash("#net=convolutions&s=3")).toEqual({ ...defaultSettings, seed: 3 });
    expect(settingsFromHash("#net=convolutions&c=-7")?.channels).toEqual([12, 7]);
  });

  it("are brought into range: a link is from anybody", () => {
    expect(settingsFromHash("#net=x&c=0-9999&h=1e9&T=2.6&lr=-1&e=abc&s=&lo=3&hi=2")).toEqual({
      ...defaultSettings,
      channels: [1, 64],
      hidden: 512,
      timesteps: 3,
      learningRate: 0.0001,
      thetaLow: 2,
      thetaHigh: 3,
    });
    expect(settingsFromHash("#net=x&fix=9")?.fixedTheta).toBe(4);
    for (const text of ["", "+", "abc", "Infinity"])
      expect(settingsFromHash(`#net=x&fix=${text}`)?.fixedTheta).toBeNull();
  });

  it("say nothing of theta where it is learned, as before it could be fixed", () => {
    expect(settingsToHash(defaultSettings)).not.toContain("fix");
    expect(settingsToHash({ ...defaultSettings, fixedTheta: 1 })).toBe(
      `${settingsToHash(defaultSettings)}&fix=1`,
    );
  });
});
