/** What the C files say: where each kernel is defined, with which parameters, and which files a change reaches. */

/** elementwise.c and broadcasting.c define kernels by macro. */
const macros = [
  [/^(?:LONG_)?UNARY_KERNEL\((\w+),/gm, "float *y, const float *x, int n"],
  [/^BINARY_KERNEL\((\w+),/gm, "float *y, const float *a, const float *b, const int *plan"],
];

/** Kernel -> the file of its C definition and its parameters, as text. `files`: name of a file -> its text. */
export function definitionsIn(files) {
  const found = new Map();
  for (const [file, text] of files) {
    for (const [, name, parameters] of text.matchAll(/^void (\w+)\(([^)]*)\) \{/gm))
      found.set(name, { file, parameters });
    for (const [pattern, parameters] of macros)
      for (const [, name] of text.matchAll(pattern)) found.set(name, { file, parameters });
  }
  return found;
}

/** The changed files and all that include them, directly or not. */
export function filesReachedBy(changed, files) {
  const reached = new Set(changed);
  for (let before = -1; before !== reached.size;) {
    before = reached.size;
    for (const [file, text] of files)
      if ([...text.matchAll(/^#include "(.+)"/gm)].some(([, included]) => reached.has(included)))
        reached.add(file);
  }
  return reached;
}
