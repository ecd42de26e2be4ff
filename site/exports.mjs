/** What src/index.ts exports, as a module for each page of the reference. */

/** What belongs to another page than its folder's, and folders of a name or two, which stand with others. */
const together = {
  "autograd/init.js": "kernels",
  shapes: "tensor",
  platform: "kernels",
  measuring: "training",
  preprocessing: "datasets",
};

/** The exports of src/index.ts by the folder that they come from, as lines of code: a module for each page. */
export function exportsByFolder(index) {
  const folders = new Map();
  const code = index.replace(/^\s*\/\/.*$/gm, "");
  for (const [, words, path] of code.matchAll(/^export ([^;]*?) from "\.\/([^"]+)";/gm)) {
    const own = path.includes("/") ? path.slice(0, path.indexOf("/")) : path.replace(/\.js$/, "");
    const folder = together[path] ?? together[own] ?? own;
    const line = `export ${words.replace(/\s+/g, " ")} from "../../../src/${path}";\n`;
    folders.set(folder, (folders.get(folder) ?? "") + line);
  }
  return folders;
}
