/** atif playground: the page, from the installed package. */

import { existsSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fileErrorFrom } from "../../platform/file-errors.js";
import { InterruptedError, UsageError } from "../exit-codes.js";
import { Interrupt } from "../interrupt.js";
import { findModel } from "../model-path.js";
import { openInBrowser } from "../open-in-browser.js";
import { inPackage } from "../package-folder.js";
import { servePage, type PageServer } from "../page-server.js";
import { Terminal } from "../terminal.js";

export interface PlaygroundArguments {
  readonly model?: string;
  readonly port?: number;
  readonly host?: string;
  /** false with --no-open. */
  readonly open?: boolean;
  readonly json?: boolean;
}

/** What settings of the page are remembered by, so it is the same every time while it is free. */
const USUAL_PORT = 5270;

const LOCAL = "127.0.0.1";

/** Serves until it is interrupted. @throws UsageError, FileError */
export async function playground(args: PlaygroundArguments): Promise<void> {
  const terminal = new Terminal(args);
  const root = pageFolder();
  const model = args.model === undefined ? null : modelFile(args.model);
  const name = model === null ? null : basename(model);
  const interrupt = new Interrupt();
  try {
    const files = new Map(model === null || name === null ? [] : [[`model/${name}`, model]]);
    const server = await serve({ root, host: args.host ?? LOCAL, files }, args.port);
    try {
      const address =
        name === null ? server.address : `${server.address}?model=model/${encodeURIComponent(name)}`;
      terminal.answer({ address, host: args.host ?? LOCAL, model });
      terminal.print(`the page is at ${address}`);
      terminal.print("Ctrl-C ends it");
      await show(address, args, terminal);
      await untilStopped(interrupt);
    } finally {
      await server.close();
    }
    // To be stopped is how it ends.
    if (interrupt.received !== "SIGINT" && interrupt.received !== null)
      throw new InterruptedError("the page is served no more.", interrupt.received);
  } finally {
    interrupt.dispose();
  }
}

/** @throws UsageError */
function pageFolder(): string {
  const page = inPackage("dist", "playground");
  if (existsSync(join(page, "index.html"))) return page;
  throw new UsageError(
    "the page is not built; expected dist/playground in the package. In a checkout: npm run build:page",
  );
}

/** @throws UsageError, FileError */
function modelFile(named: string): string {
  const { path } = findModel(named);
  try {
    statSync(path);
    return path;
  } catch (thrown) {
    throw fileErrorFrom(thrown, "read", path);
  }
}

type Served = Omit<Parameters<typeof servePage>[0], "port">;

/** @param port left out: the usual one, or any that is free */
async function serve(served: Served, port: number | undefined): Promise<PageServer> {
  try {
    return await servePage({ ...served, port: port ?? USUAL_PORT });
  } catch (thrown) {
    const { code, message } = thrown as NodeJS.ErrnoException;
    if (code === "EADDRINUSE" && port === undefined) return serve(served, 0);
    if (code === "EADDRINUSE") {
      throw new UsageError(
        `--port is ${port}, where another program listens; expected one that is free. Leave it out to have one found.`,
      );
    }
    if (code === "EACCES")
      throw new UsageError(`--port is ${port}, which the system keeps; expected 1024 or more.`);
    if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
      throw new UsageError(
        `--host is ${JSON.stringify(served.host)}; expected an address of this machine, such as ${LOCAL} or 0.0.0.0 (${message}).`,
      );
    }
    throw thrown;
  }
}

/** Opens it where somebody sits in front of a terminal, or asked for it. */
async function show(address: string, { open, json }: PlaygroundArguments, terminal: Terminal): Promise<void> {
  const isWanted = open ?? (json !== true && terminal.out.isTTY === true);
  if (!isWanted || (await openInBrowser(address))) return;
  terminal.warn("no browser could be opened; open the address in one.");
}

function untilStopped({ signal }: Interrupt): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
