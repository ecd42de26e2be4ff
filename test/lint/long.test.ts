/** A file of a name that is not there would be run by nobody. */

import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { LONG, LONG_IN_BROWSER } from "../long.js";

it.each([...LONG, ...LONG_IN_BROWSER])("%s is there", (path) => {
  expect(existsSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)))).toBe(true);
});
