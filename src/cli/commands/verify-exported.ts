/** atif verify: a folder holds code for a device, a file a network for other tools. */

import { exists, isFolder } from "../../platform/folders.js";
import type { VerifyArguments } from "./verify.js";

export async function verifyExported(args: VerifyArguments): Promise<void> {
  if (exists(args.folder) && !isFolder(args.folder)) {
    const { verifyFile } = await import("./verify-file.js");
    await verifyFile(args);
    return;
  }
  const { verify } = await import("./verify.js");
  await verify(args);
}
