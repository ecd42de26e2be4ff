/** The colours that the reader chose, kept for the next visit in the browser's storage, if there is one. */

export type Theme = "system" | "light" | "dark";

const KEY = "atif.theme";

export type Storing = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/** @param storage may throw: a browser may forbid it. What is stored may be anybody's, since pages of a host share it. */
export function rememberedTheme(storage: () => Storing): Theme {
  try {
    const stored = storage().getItem(KEY);
    return stored === "light" || stored === "dark" ? stored : "system";
  } catch {
    return "system";
  }
}

export function rememberTheme(theme: Theme, storage: () => Storing): void {
  try {
    if (theme === "system") storage().removeItem(KEY);
    else storage().setItem(KEY, theme);
  } catch {
    // Then it is as it was: for this visit.
  }
}
