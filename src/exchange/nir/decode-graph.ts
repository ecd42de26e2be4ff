/** A graph out of what a .nir file holds. */

import { FormatError } from "../../errors.js";
import { didYouMean } from "../../nearest.js";
import { formatShape } from "../../shapes.js";
import { quote } from "../../show.js";
import type { Hdf5Dataset, Hdf5Group, Hdf5Item } from "../hdf5/tree.js";
import type { FieldType } from "./field-types.js";
import type { AnyNirNode, NirGraph, NirMetadata, NirType } from "./nir-graph.js";
import { nirNodeRow, nirNodes, type NirNodeRow } from "./nodes.js";

export const MOST_NODES = 10_000;
const MOST_NESTED = 8;
const MOST_EDGES = 100_000;

/** @throws FormatError for what is no graph of NIR */
export function decodeGraph(file: Hdf5Group): NirGraph {
  const node = file.children.get("node");
  if (node?.kind !== "group") {
    throw new FormatError('there is no group "node"; expected a file of NIR, which has the graph there.');
  }
  const type = typeOf(node, "the root node");
  if (type !== "NIRGraph") {
    throw new FormatError(`the root node is of the type ${quote(type)}; expected NIRGraph.`);
  }
  return new GraphDecoder().graph(node, "", 0);
}

class GraphDecoder {
  #nodes = 0;

  graph(group: Hdf5Group, path: string, nested: number): NirGraph {
    const where = path === "" ? "the graph" : `the graph "${path}"`;
    if (nested > MOST_NESTED) {
      throw new FormatError(`graphs are nested more than ${MOST_NESTED} deep, at "${path}"; expected less.`);
    }
    checkNames(group, ["type", "nodes", "edges", "metadata"], where, "NIRGraph");
    const held = group.children.get("nodes");
    if (held?.kind !== "group")
      throw new FormatError(`${where} has no group "nodes"; expected its nodes there.`);
    const nodes = new Map<string, AnyNirNode | NirGraph>();
    for (const [name, item] of held.children) {
      if (++this.#nodes > MOST_NODES)
        throw new FormatError(`it has more than ${MOST_NODES} nodes; expected at most as many.`);
      nodes.set(name, this.#node(item, path === "" ? name : `${path}.${name}`, nested));
    }
    const edges = edgesOf(group.children.get("edges"), where);
    for (const name of edges.flat()) {
      if (nodes.has(name)) continue;
      throw new FormatError(
        `${where} has an edge with ${quote(name)}, and there is no such node; expected names of its nodes.` +
          didYouMean(name, [...nodes.keys()]),
      );
    }
    return { type: "NIRGraph", nodes, edges, metadata: metadataOf(group) };
  }

  #node(item: Hdf5Item, path: string, nested: number): AnyNirNode | NirGraph {
    const where = `node "${path}"`;
    if (item.kind !== "group")
      throw new FormatError(`${where} is no group; expected one, with its type and fields.`);
    const type = typeOf(item, where);
    if (type === "NIRGraph") return this.graph(item, path, nested + 1);
    if (!Object.hasOwn(nirNodes, type)) {
      const known = ["NIRGraph", ...Object.keys(nirNodes)];
      throw new FormatError(
        `${where} is of the type ${quote(type)}; expected one of ${known.join(", ")}.${didYouMean(type, known)}`,
      );
    }
    return decodeNode(type as NirType, item, where);
  }
}

function decodeNode<K extends NirType>(type: K, group: Hdf5Group, where: string): AnyNirNode {
  const row = nirNodeRow(type) as NirNodeRow<Record<string, unknown>>;
  checkNames(group, ["type", "metadata", ...Object.keys(row.fields)], where, type);
  const fields = Object.fromEntries(
    Object.entries<FieldType<unknown>>(row.fields).map(([name, field]) => {
      const found = group.children.get(name);
      if (found === undefined) {
        if (field.absent !== undefined) return [name, field.absent.value];
        throw new FormatError(`${where} has no ${name}; expected it: it is of the type ${type}.`);
      }
      if (found.kind !== "dataset")
        throw new FormatError(`${where}: ${name} is no array of numbers; expected one.`);
      return [name, field.read(found, `${where}: ${name}`)];
    }),
  );
  row.check?.(fields, where);
  return { type, fields, metadata: metadataOf(group) } as unknown as AnyNirNode;
}

/** nir itself takes every name for an argument, and fails at those that it does not know. */
function checkNames(group: Hdf5Group, known: readonly string[], where: string, type: string): void {
  const other = [...group.children.keys()].find((name) => !known.includes(name));
  if (other === undefined) return;
  const expected = known.filter((name) => name !== "type" && name !== "metadata").join(", ");
  throw new FormatError(
    `${where} has a field ${quote(other)}, which ${type} does not have; expected ${expected}.${didYouMean(other, known)}`,
  );
}

function typeOf(group: Hdf5Group, where: string): string {
  const type = group.children.get("type");
  if (type?.kind === "dataset" && type.type === "text" && type.values.length === 1)
    return String(type.values[0]);
  throw new FormatError(`${where} has no type; expected a text, such as "Affine".`);
}

function edgesOf(item: Hdf5Item | undefined, where: string): [string, string][] {
  if (item?.kind !== "dataset")
    throw new FormatError(`${where} has no edges; expected a list of [from, to].`);
  // h5py writes an empty list as numbers.
  if (item.values.length === 0) return [];
  const { type, shape } = item;
  if (type !== "text" || shape.length !== 2 || shape[1] !== 2 || shape[0] > MOST_EDGES) {
    throw new FormatError(
      `${where}: edges is a list of ${type}s of shape ${formatShape(shape)}; expected names, [E, 2], with E of at most ${MOST_EDGES}.`,
    );
  }
  const names = item.values as readonly string[];
  return Array.from({ length: shape[0] }, (_, i) => [names[2 * i], names[2 * i + 1]]);
}

/** Texts and numbers alone: nothing relies on what else there is. */
function metadataOf(group: Hdf5Group): NirMetadata {
  const held = group.children.get("metadata");
  if (held?.kind !== "group") return new Map();
  const single = (item: Hdf5Item): item is Hdf5Dataset => item.kind === "dataset" && item.values.length === 1;
  return new Map(
    [...held.children].flatMap(([name, item]) => (single(item) ? [[name, item.values[0]] as const] : [])),
  );
}
