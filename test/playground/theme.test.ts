/** Colours that outlive the visit, where a browser lets them. */

import { expect, it } from "vitest";
import { rememberedTheme, rememberTheme, type Storing } from "../../playground/state/theme.js";

function memory(): Storing & { readonly kept: Map<string, string> } {
  const kept = new Map<string, string>();
  return {
    kept,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => void kept.set(key, value),
    removeItem: (key) => void kept.delete(key),
  };
}

it("is remembered, and forgotten when the system is to decide again", () => {
  const storage = memory();
  expect(rememberedTheme(() => storage)).toBe("system");
  for (const theme of ["dark", "light", "system"] as const) {
    rememberTheme(theme, () => storage);
    expect(rememberedTheme(() => storage)).toBe(theme);
  }
  expect(storage.kept.size).toBe(0);
});

it("is the system's where something else was stored, or nothing may be", () => {
  const storage = memory();
  rememberTheme("dark", () => storage);
  for (const key of storage.kept.keys()) storage.setItem(key, "javascript:alert(1)");
  expect(rememberedTheme(() => storage)).toBe("system");
  const forbidden = (): Storing => {
    throw new DOMException("denied", "SecurityError");
  };
  expect(rememberedTheme(forbidden)).toBe("system");
  expect(() => rememberTheme("dark", forbidden)).not.toThrow();
});
