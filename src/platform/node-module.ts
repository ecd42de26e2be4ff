import { FileError } from "./file-errors.js";
import { builtinModule, nodeProcess } from "./host.js";

/** A module of Node's that files need. @throws FileError where there is no file system */
export function nodeModule<T>(id: `node:${string}`): T {
  const module = builtinModule<T>(id);
  if (module !== undefined) return module;
  const node = nodeProcess()?.versions?.node;
  throw new FileError(
    node === undefined
      ? "there is no file system here; expected Node. In a browser, fetch the bytes and use the functions that take bytes."
      : `files cannot be reached from Node ${node}; expected Node 20.16, 22.3 or newer. Update Node.`,
    "ENOSYS",
    "",
  );
}
