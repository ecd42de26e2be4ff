/** The modules of a network under their dotted names, as lines of Python that make them and words that reach them. */

import { isIdentifier, isPlainName, pythonString } from "./python-text.js";

interface Group {
  readonly groups: Map<string, Group>;
  /** What makes a module. */
  readonly modules: Map<string, string>;
}

const newGroup = (): Group => ({ groups: new Map(), modules: new Map() });

export class ModuleTree {
  readonly #root = newGroup();

  /** @param path "layers.conv1" @param made what makes it, `nn.Conv2d(1, 8, 3)`; the first counts */
  add(path: string, made: string): void {
    const names = path.split(".");
    const last = names.pop() ?? path;
    let group = this.#root;
    for (const name of names) {
      const inner = group.groups.get(name) ?? newGroup();
      group.groups.set(name, inner);
      group = inner;
    }
    if (!group.modules.has(last)) group.modules.set(last, made);
  }

  /** Lines of the constructor, without their indentation. */
  lines(): string[] {
    const late: string[] = [];
    const first = [...this.#root.modules].map(([name, made]) => `${assigned(name)} = ${made}`);
    const groups = [...this.#root.groups].flatMap(([name, group]) => {
      const [open, ...rest] = dictLines(group, reached([name]), late);
      return [`${assigned(name)} = ${open}`, ...rest];
    });
    return [...first, ...groups, ...late];
  }
}

/** `self.conv1`, `self.layers["0"]["conv1"]` */
export function reached(names: readonly string[]): string {
  const [first, ...rest] = names;
  return assigned(first) + rest.map((name) => `[${pythonString(name)}]`).join("");
}

function assigned(name: string): string {
  return isIdentifier(name) ? `self.${name}` : `self._modules[${pythonString(name)}]`;
}

/** nn.ModuleDict takes no key that is the name of one of its methods: such a module is put in late, past the check. */
function dictLines(group: Group, path: string, late: string[]): string[] {
  const lines = ["nn.ModuleDict({"];
  const entry = (name: string, [open, ...rest]: readonly string[]): void => {
    const key = pythonString(name);
    if (isPlainName(name)) {
      const inner = [`${key}: ${open}`, ...rest];
      lines.push(...inner.map((line, i) => `    ${line}${i === inner.length - 1 ? "," : ""}`));
    } else {
      const inner = [`${path}._modules[${key}] = ${open}`, ...rest];
      late.push(...inner);
    }
  };
  for (const [name, made] of group.modules) entry(name, [made]);
  for (const [name, inner] of group.groups)
    entry(name, dictLines(inner, `${path}[${pythonString(name)}]`, late));
  return [...lines, "})"];
}
