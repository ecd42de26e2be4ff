/** Reads what is used of ONNX files, from the description of the format alone. */

export interface OnnxTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxNode {
  readonly op: string;
  readonly name: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, number | readonly number[] | OnnxTensor>>;
}

export interface OnnxValue {
  readonly name: string;
  readonly type: number;
  /** Lengths, or names of such. */
  readonly shape: readonly (number | string)[];
}

export interface OnnxFile {
  readonly irVersion: number;
  readonly opset: number;
  readonly producer: string;
  readonly nodes: readonly OnnxNode[];
  readonly initializers: ReadonlyMap<string, OnnxTensor>;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly metadata: Readonly<Record<string, string>>;
}

/** The values of a message by field, in order: numbers, or bytes. */
type Fields = ReadonlyMap<number, readonly (number | Uint8Array)[]>;

/** @throws Error for what is no message: every byte must belong to a field */
function fieldsOf(bytes: Uint8Array): Fields {
  const fields = new Map<number, (number | Uint8Array)[]>();
  let at = 0;
  const varint = (): number => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      if (at >= bytes.length) throw new Error("a number ends behind the end");
      const byte = bytes[at++];
      value |= BigInt(byte & 127) << shift;
      if (byte < 128) return Number(BigInt.asIntN(64, value));
    }
  };
  while (at < bytes.length) {
    const key = varint();
    const field = Math.floor(key / 8);
    const values = fields.get(field) ?? [];
    fields.set(field, values);
    switch (key % 8) {
      case 0:
        values.push(varint());
        break;
      case 2: {
        const length = varint();
        if (at + length > bytes.length) throw new Error(`field ${field} ends behind the end`);
        values.push(bytes.subarray(at, (at += length)));
        break;
      }
      case 5:
        values.push(new DataView(bytes.buffer, bytes.byteOffset + at).getFloat32(0, true));
        at += 4;
        break;
      default:
        throw new Error(`wire type ${key % 8}`);
    }
  }
  return fields;
}

const numbers = (fields: Fields, field: number): number[] =>
  (fields.get(field) ?? []).flatMap((value) => (typeof value === "number" ? [value] : packed(value)));
const number = (fields: Fields, field: number): number => numbers(fields, field)[0] ?? 0;
const messages = (fields: Fields, field: number): Fields[] => bytesOf(fields, field).map(fieldsOf);
const texts = (fields: Fields, field: number): string[] =>
  bytesOf(fields, field).map((bytes) => new TextDecoder("utf-8", { fatal: true }).decode(bytes));

function bytesOf(fields: Fields, field: number): Uint8Array[] {
  return (fields.get(field) ?? []).map((value) => {
    if (typeof value === "number") throw new Error(`field ${field} is a number`);
    return value;
  });
}

function packed(bytes: Uint8Array): number[] {
  const one = new Uint8Array(bytes.length + 2);
  one.set([8]);
  const all: number[] = [];
  for (let start = 0, at = 0; at < bytes.length; at++) {
    if (bytes[at] >= 128) continue;
    const part = Uint8Array.of(8, ...bytes.subarray(start, at + 1));
    all.push(fieldsOf(part).get(1)?.[0] as number);
    start = at + 1;
  }
  return all;
}

function tensorOf(fields: Fields): OnnxTensor {
  const shape = numbers(fields, 1);
  const [raw] = bytesOf(fields, 9);
  const type = number(fields, 2);
  const bytes = raw?.slice() ?? new Uint8Array();
  if (type === 1) {
    const own = raw === undefined ? Float32Array.from(numbers(fields, 4)) : new Float32Array(bytes.buffer);
    return { shape, data: own };
  }
  if (type !== 7) throw new Error(`data type ${type}`);
  const own = raw === undefined ? numbers(fields, 7) : [...new BigInt64Array(bytes.buffer)].map(Number);
  return { shape, data: Float32Array.from(own) };
}

function valueOf(fields: Fields): OnnxValue {
  const [type] = messages(messages(fields, 2)[0], 1);
  const shape = messages(messages(type, 2)[0], 1).map((each) => texts(each, 2)[0] ?? number(each, 1));
  return { name: texts(fields, 1)[0], type: number(type, 1), shape };
}

function attributeOf(fields: Fields): number | readonly number[] | OnnxTensor {
  switch (number(fields, 20)) {
    case 1:
      return number(fields, 2);
    case 2:
      return number(fields, 3);
    case 4:
      return tensorOf(messages(fields, 5)[0]);
    case 7:
      return numbers(fields, 8);
    default:
      throw new Error(`attribute of type ${number(fields, 20)}`);
  }
}

export function readOnnx(bytes: Uint8Array): OnnxFile {
  const model = fieldsOf(bytes);
  const [graph] = messages(model, 7);
  return {
    irVersion: number(model, 1),
    producer: texts(model, 2)[0],
    opset: number(messages(model, 8)[0], 2),
    nodes: messages(graph, 1).map((node) => ({
      op: texts(node, 4)[0],
      name: texts(node, 3)[0] ?? "",
      inputs: texts(node, 1),
      outputs: texts(node, 2),
      attributes: Object.fromEntries(messages(node, 5).map((each) => [texts(each, 1)[0], attributeOf(each)])),
    })),
    initializers: new Map(messages(graph, 5).map((each) => [texts(each, 8)[0], tensorOf(each)])),
    inputs: messages(graph, 11).map(valueOf),
    outputs: messages(graph, 12).map(valueOf),
    metadata: Object.fromEntries(messages(model, 14).map((each) => [texts(each, 1)[0], texts(each, 2)[0]])),
  };
}
