/** A graph of NIR as what an HDF5 file holds. */

import type { Hdf5Branch, Hdf5Content } from "../hdf5/write-hdf5.js";
import type { FieldType } from "./field-types.js";
import type { AnyNirNode, NirGraph, NirMetadata } from "./nir-graph.js";
import { nirNodeRow } from "./nodes.js";

/** A version of the package nir whose files have this form. */
const VERSION = "1.0.7";

export function encodeGraph(graph: NirGraph): Hdf5Branch {
  return { version: text(VERSION), node: encoded(graph) };
}

function encoded(node: AnyNirNode | NirGraph): Hdf5Branch {
  const told = metadataOf(node.metadata);
  if (node.type !== "NIRGraph") return { type: text(node.type), ...fieldsOf(node), ...told };
  const { nodes, edges } = node;
  return {
    type: text("NIRGraph"),
    edges: { type: "text", shape: [edges.length, 2], values: edges.flat() },
    nodes: Object.fromEntries([...nodes].map(([name, inner]) => [name, encoded(inner)])),
    ...told,
  };
}

function fieldsOf({ type, fields }: AnyNirNode): Record<string, Hdf5Content> {
  const types = nirNodeRow(type).fields as Readonly<Record<string, FieldType<unknown>>>;
  const entries = Object.entries(fields as Readonly<Record<string, unknown>>).flatMap(([name, value]) => {
    const content = types[name].write(value);
    return content === null ? [] : [[name, content] as const];
  });
  return Object.fromEntries(entries);
}

function metadataOf(metadata: NirMetadata): Record<string, Hdf5Branch> {
  if (metadata.size === 0) return {};
  const entries = [...metadata].map(([name, value]) => [name, typeof value === "string" ? text(value) : number(value)]);
  return { metadata: Object.fromEntries(entries) as Hdf5Branch };
}

function text(value: string): Hdf5Content {
  return { type: "text", shape: [], values: [value] };
}

function number(value: number): Hdf5Content {
  return { type: Number.isSafeInteger(value) ? "int64" : "float64", shape: [], values: [value] };
}
