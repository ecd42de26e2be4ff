/**
 * A graph of ONNX while it is made: nodes, initializers, inputs and outputs. Every value has a name that is given once, and nodes
 * come after what they read.
 *
 * @source github.com/onnx/onnx, docs/IR.md and onnx/onnx.proto: IR version 8, operator set 17
 */

import { sizeOf, type Shape } from "../../shapes.js";
import { VERSION } from "../../version.js";
import { Message } from "../../formats/protobuf-writer.js";

/** The newest of both that runtimes of the last years read. */
const IR_VERSION = 8;
const OPSET = 17;

const FLOAT = 1;
const INT64 = 7;

/** A whole number, several of them, or `{ float }`. */
export type Attribute = number | readonly number[] | { readonly float: number };
export type Attributes = Readonly<Record<string, Attribute>>;

/** A length, or the name of one that is not fixed: "N". */
export type Dimension = number | string;

/** A message of more bytes is none: lengths are read as int32. */
export const MAX_BYTES = 2 ** 31 - 1;

export class OnnxGraph {
  readonly #nodes: Message[] = [];
  readonly #initializers = new Map<string, Message>();
  readonly #inputs: Message[] = [];
  readonly #outputs: Message[] = [];
  readonly #names: Set<string>;
  /** Names of numbers, by what they are. */
  readonly #constants = new Map<string, string>();
  readonly #nodeNames = new Set<string>();

  /** @param reserved names of inputs, outputs and arrays: no value in between gets one of these */
  constructor(reserved: Iterable<string>) {
    this.#names = new Set(reserved);
  }

  input(name: string, shape: readonly Dimension[]): void {
    this.#inputs.push(valueInfo(name, shape));
  }

  output(name: string, shape: readonly Dimension[]): void {
    this.#outputs.push(valueInfo(name, shape));
  }

  /**
   * A node. @param wished what its output is called, unless something else is
   * @returns what its output is called
   */
  node(op: string, inputs: readonly string[], wished: string, attributes: Attributes = {}): string {
    return this.nodeTo(op, inputs, unique(wished, this.#names), attributes);
  }

  /** A node whose output has one of the reserved names. */
  nodeTo(op: string, inputs: readonly string[], output: string, attributes: Attributes = {}): string {
    const node = new Message();
    for (const input of inputs) node.string(1, input);
    node.string(2, output).string(3, unique(output, this.#nodeNames)).string(4, op);
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value));
    this.#nodes.push(node);
    return output;
  }

  /** An array under a reserved name, once. */
  array(name: string, shape: Shape, values: Float32Array): string {
    if (!this.#initializers.has(name)) this.#initializers.set(name, tensor(name, FLOAT, shape, values));
    return name;
  }

  /** Numbers that the graph needs, under a name of their own; the same few numbers once. */
  constant(shape: Shape, values: ArrayLike<number>): string {
    const data = Float32Array.from(values);
    const few = data.length <= 4 ? Array.from(data, (value) => (Object.is(value, -0) ? "-0" : value)) : null;
    return this.#constant(
      few === null ? "const" : `const ${few.join(" ")}`,
      few !== null,
      FLOAT,
      shape,
      data,
    );
  }

  /** Whole numbers, such as axes. */
  integers(values: readonly number[], shape: Shape = [values.length]): string {
    const data = BigInt64Array.from(values, (value) => BigInt(value));
    return this.#constant(`int ${values.join(" ")}`, true, INT64, shape, data);
  }

  #constant(
    name: string,
    isShared: boolean,
    type: number,
    shape: Shape,
    data: Float32Array | BigInt64Array,
  ): string {
    const key = `${name} of [${shape.join(" ")}]`;
    const known = isShared ? this.#constants.get(key) : undefined;
    if (known !== undefined) return known;
    const given = unique(name, this.#names);
    this.#constants.set(key, given);
    this.#initializers.set(given, tensor(given, type, shape, data));
    return given;
  }

  /** The file. @param metadata texts by key */
  toModel(name: string, description: string, metadata: Readonly<Record<string, string>>): Message {
    const graph = new Message();
    for (const node of this.#nodes) graph.message(1, node);
    graph.string(2, name);
    for (const initializer of this.#initializers.values()) graph.message(5, initializer);
    for (const input of this.#inputs) graph.message(11, input);
    for (const output of this.#outputs) graph.message(12, output);
    const model = new Message()
      .integer(1, IR_VERSION)
      .string(2, "atif")
      .string(3, VERSION)
      .string(6, description)
      .message(7, graph)
      .message(8, new Message().string(1, "").integer(2, OPSET));
    for (const [key, value] of Object.entries(metadata))
      model.message(14, new Message().string(1, key).string(2, value));
    return model;
  }
}

function unique(wished: string, taken: Set<string>): string {
  let name = wished;
  for (let count = 1; taken.has(name); count++) name = `${wished}_${count}`;
  taken.add(name);
  return name;
}

function attribute(name: string, value: Attribute): Message {
  const message = new Message().string(1, name);
  if (typeof value === "number") return message.integer(3, value).integer(20, 2);
  if ("float" in value) return message.float(2, value.float).integer(20, 1);
  return message.integers(8, value).integer(20, 7);
}

function valueInfo(name: string, shape: readonly Dimension[]): Message {
  const dimensions = new Message();
  for (const length of shape) {
    const dimension = new Message();
    dimensions.message(
      1,
      typeof length === "number" ? dimension.integer(1, length) : dimension.string(2, length),
    );
  }
  const type = new Message().message(1, new Message().integer(1, FLOAT).message(2, dimensions));
  return new Message().string(1, name).message(2, type);
}

/** @throws RangeError unless there are as many numbers as the shape says */
function tensor(name: string, type: number, shape: Shape, values: Float32Array | BigInt64Array): Message {
  if (sizeOf(shape) !== values.length)
    throw new RangeError(`writeOnnx: ${name} has ${values.length} numbers; expected ${sizeOf(shape)}.`);
  const raw = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  return new Message().integers(1, shape).integer(2, type).string(8, name).bytes(9, raw);
}
