/** What src/index.ts exports, as a module for each page of the reference. */

/** Folders of a name or two, which stand with others. */
const together = { shapes: "tensor", platform: "kernels", measuring: "training", preprocessing: "datasets" };

/** The exports of src/index.ts by the folder that they come from, as lines of code: a module for each page. */
export function exportsByFolder(index) {
  const folders = new Map();
  const code = index.replace(/^\s*\/\/.*$/gm, "");
  for (const [, words, path] of code.matchAll(/^export ([^;]*?) from "\.\/([^"]+)";/gm)) {
    const own = path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.js$/, "");
    const folder = together[own] ?? own;
    const line = `export ${words.replace(/\s+/g, " ")} from "../../../src/${path}";\n`;
    folders.set(folder, (folders.get(folder) ?? "") + line);
  }
  return folders;
}
