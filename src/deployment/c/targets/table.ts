/** What there is to export to: a row per target. */

import { arduino } from "./arduino.js";
import { c99 } from "./c99.js";
import { cortexM } from "./cortex-m.js";
import { riscv } from "./riscv.js";
import type { Target } from "./target.js";

export type CTarget = "c99" | "arduino" | "cortex-m" | "riscv";

export const targets: Readonly<Record<CTarget, Target>> = {
  c99,
  arduino,
  "cortex-m": cortexM,
  riscv,
};
