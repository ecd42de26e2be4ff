/** The XML of DV's headers: nodes with names, in nodes; attributes with keys. Everything else is passed over. */

import { FormatError } from "../../errors.js";

export interface XmlNode {
  /** Of its attribute name; of the element, where it has none. */
  readonly name: string;
  readonly nodes: readonly XmlNode[];
  readonly attributes: ReadonlyMap<string, string>;
}

interface OpenNode extends XmlNode {
  readonly nodes: XmlNode[];
  readonly attributes: Map<string, string>;
}

const DEEPEST = 32;
const MOST_NODES = 10_000;

const ENTITIES: Readonly<Record<string, string>> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };

/** @throws FormatError for what is not nested as it should be */
export function xmlNodes(text: string, source: string): readonly XmlNode[] {
  const root: OpenNode = { name: "", nodes: [], attributes: new Map() };
  const open = [root];
  let key: string | null = null;
  let count = 0;
  const tags = /<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>([^<]*)/g;
  for (const [, closing, element, attributes, empty, content] of text.matchAll(tags)) {
    if (element === "attr") {
      key = closing === "" ? (attributeOf(attributes, "key") ?? null) : null;
      if (key !== null && empty === "") open[open.length - 1].attributes.set(key, plain(content.trim()));
      continue;
    }
    if (closing !== "") {
      if (open.length === 1) throw damaged(source);
      open.pop();
      continue;
    }
    const node: OpenNode = {
      name: plain(attributeOf(attributes, "name") ?? element),
      nodes: [],
      attributes: new Map(),
    };
    if (++count > MOST_NODES || open.length > DEEPEST) throw damaged(source);
    open[open.length - 1].nodes.push(node);
    if (empty === "") open.push(node);
  }
  if (open.length > 1) throw damaged(source);
  return root.nodes;
}

function damaged(source: string): FormatError {
  return new FormatError(
    `${source}: the XML of its header is not nested as it should be; expected nodes that end. It is damaged: copy it again.`,
  );
}

function attributeOf(attributes: string, name: string): string | undefined {
  for (const [, key, double, single] of attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g))
    if (key === name) return double ?? single;
  return undefined;
}

function plain(text: string): string {
  return text.replace(/&(\w+);/g, (whole, name: string) =>
    Object.hasOwn(ENTITIES, name) ? ENTITIES[name] : whole,
  );
}
