/** Asks the system to open an address in the browser that its user prefers. */

import { spawn } from "node:child_process";

/** "start" is a word of the shell of Windows; its first argument in quotes is a title. */
const COMMANDS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ["open"],
  win32: ["cmd", "/c", "start", '""'],
};

/** @returns whether there was somebody to ask */
export function openInBrowser(address: string): Promise<boolean> {
  const [command, ...words] = COMMANDS[process.platform] ?? ["xdg-open"];
  return new Promise((resolve) => {
    // It outlives this process, and what it prints is not ours.
    const child = spawn(command, [...words, address], { stdio: "ignore", detached: true });
    child.once("error", () => resolve(false));
    child.once("spawn", () => {
      child.unref();
      resolve(true);
    });
  });
}
