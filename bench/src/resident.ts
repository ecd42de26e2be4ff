/** Resident memory of this process. */

import { readFileSync, writeFileSync } from "node:fs";

/** Bytes now, and at most since the process began or resetPeakResident(). */
export function residentBytes(): { now: number; peak: number } {
  const now = process.memoryUsage.rss();
  try {
    const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8")) ?? [];
    if (kibibytes !== undefined) return { now, peak: Number(kibibytes) * 1024 };
  } catch {
    // Not Linux: the system's own count, which a parent process may have raised.
  }
  return { now, peak: process.resourceUsage().maxRSS * 1024 };
}

/** From now on the peak counts anew, where the system can do that. */
export function resetPeakResident(): void {
  try {
    writeFileSync("/proc/self/clear_refs", "5");
  } catch {
    // The peak then includes the start of the process.
  }
}
