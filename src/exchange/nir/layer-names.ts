/** Names of nodes as names of layers: letters, digits and _, dots between groups, and no layer inside another. */

/** Of a model's input, and of those of a layer with feedback. */
const TAKEN = /^input\d*$/;
const LONGEST = 150;

export class LayerNames {
  readonly #used = new Set<string>();
  /** What stands before a dot in a name. */
  readonly #groups = new Set<string>();

  /** The name itself, or one like it. */
  take(name: string): string {
    const plain = name
      .slice(0, LONGEST)
      .split(".")
      .map((part) => part.replace(/[^A-Za-z0-9_]/g, "_") || "_")
      .map((part) => (part === "__proto__" ? "proto" : part))
      .join(".");
    const wanted = TAKEN.test(plain) ? `${plain}_` : plain;
    for (let n = 1; ; n++) {
      const tried = n === 1 ? wanted : `${wanted.replaceAll(".", "_")}${n === 2 ? "" : `_${n - 1}`}`;
      if (this.#isTaken(tried)) continue;
      this.#used.add(tried);
      for (const group of groupsOf(tried)) this.#groups.add(group);
      return tried;
    }
  }

  /** A layer takes the name of a group, whose layers go into it. */
  takeGroup(prefix: string, inside: readonly string[]): string {
    for (const name of inside) this.#used.delete(name);
    this.#groups.clear();
    for (const name of this.#used) for (const group of groupsOf(name)) this.#groups.add(group);
    return this.take(prefix);
  }

  #isTaken(name: string): boolean {
    return (
      this.#used.has(name) || this.#groups.has(name) || groupsOf(name).some((group) => this.#used.has(group))
    );
  }
}

/** "a.b.c" stands in a and a.b. */
function groupsOf(name: string): string[] {
  const parts = name.split(".");
  return parts.slice(1).map((_, i) => parts.slice(0, i + 1).join("."));
}
