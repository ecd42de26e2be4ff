/** JavaScript libraries as peers: found where the user's own code would find them, and run in processes of their own. */

import { PeerProcess } from "./peer-process.js";
import type { FoundPeer, MissingPeer, PeerKind } from "./peers.js";

const SERVER = new URL("../peers/javascript/serve.mjs", import.meta.url);

interface JavascriptPeer {
  readonly name: string;
  /** Its packages, as they are installed. */
  readonly packages: string;
  readonly kinds: readonly PeerKind[];
}

export const javascriptPeers: readonly JavascriptPeer[] = [
  { name: "tfjs", packages: "@tensorflow/tfjs @tensorflow/tfjs-backend-wasm", kinds: ["products"] },
  { name: "jax-js", packages: "@jax-js/jax", kinds: ["products"] },
  { name: "onnxruntime-node", packages: "onnxruntime-node", kinds: ["inference"] },
];

export async function findJavascriptPeer(
  { name, packages, kinds }: JavascriptPeer,
  threads: number,
): Promise<FoundPeer | MissingPeer> {
  const process = start(name);
  try {
    const { version, note } = await process.ask("hello", { threads });
    return {
      name,
      version: String(version),
      kinds: new Set(kinds),
      note: typeof note === "string" ? note : undefined,
      process,
      restart: () => start(name),
    };
  } catch (error) {
    process.close();
    const why = error instanceof Error ? error.message : String(error);
    const missing = /cannot find (package|module)/i.test(why) ? "it is not installed here" : why;
    return { name, missing, install: `npm install ${packages}` };
  }
}

function start(name: string): PeerProcess {
  // A program on the command line finds packages from the working folder on.
  const program =
    `const { serve } = await import(${JSON.stringify(SERVER.href)});` +
    `await serve(${JSON.stringify(name)}, { load: (name) => import(name), locate: (name) => import.meta.resolve(name) });`;
  return new PeerProcess(name, process.execPath, ["--input-type=module", "--eval", program]);
}
