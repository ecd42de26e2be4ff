/** atif verify: a folder holds code for a device, or a network for PyTorch; a file, one for other tools. */

import { NETWORK_FILE, WEIGHTS_FILE } from "../../exchange/torch/file-names.js";
import { exists, isFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import type { VerifyArguments } from "./verify.js";

export async function verifyExported(args: VerifyArguments): Promise<void> {
  const file = fileIn(args.folder);
  if (file !== null) {
    const { verifyFile } = await import("./verify-file.js");
    await verifyFile(args, file);
    return;
  }
  const { verify } = await import("./verify.js");
  await verify(args);
}

/** What is read as one file: the weights stand for a folder of PyTorch, whose program nobody runs here. */
function fileIn(exported: string): string | null {
  if (!isFolder(exported)) return exists(exported) ? exported : null;
  const weights = joinPaths(exported, WEIGHTS_FILE);
  return exists(weights) && exists(joinPaths(exported, NETWORK_FILE)) ? weights : null;
}
