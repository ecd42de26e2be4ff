/** atif verify: a folder holds code for a device, or a network for PyTorch; a file one for other tools. */

import { WEIGHTS_FILE } from "../../exchange/torch/network-source.js";
import { exists, isFolder } from "../../platform/folders.js";
import { joinPaths } from "../../platform/paths.js";
import type { VerifyArguments } from "./verify.js";

export async function verifyExported(args: VerifyArguments): Promise<void> {
  const { folder } = args;
  const weights = joinPaths(folder, WEIGHTS_FILE);
  const isOfPyTorch = isFolder(folder) && exists(weights) && exists(joinPaths(folder, "network.py"));
  if (isOfPyTorch || (exists(folder) && !isFolder(folder))) {
    const { verifyFile } = await import("./verify-file.js");
    await verifyFile(args, isOfPyTorch ? weights : folder);
    return;
  }
  const { verify } = await import("./verify.js");
  await verify(args);
}
