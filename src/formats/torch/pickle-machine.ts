/**
 * A machine for the pickles that torch.save writes of state dicts and of checkpoints made of plain data (protocol 2). It knows
 * the opcodes that occur there and no others, makes tensors, texts, numbers, lists and dicts, and nothing else: names are
 * marks, the few calls are to functions that it knows by name, and how much it does and keeps is bounded.
 *
 * @source Python, Lib/pickletools.py (the opcodes); PyTorch, torch/_utils.py and torch/serialization.py (what is called)
 */

import { FormatError } from "../../errors.js";
import { quote } from "../../show.js";
import { DAMAGED, SAVE_STATE_DICT } from "./advice.js";
import type { TorchArchive } from "./archive.js";
import { called, stored } from "./pickle-calls.js";
import { globalNamed } from "./pickle-globals.js";
import { isKind, nameOf, type PickleDict, type PickleValue } from "./pickle-values.js";

const MOST_OPERATIONS = 2_000_000;
const MOST_REMEMBERED = 1_000_000;
const MOST_STACKED = 100_000;
const MOST_TEXT_BYTES = 65_536;
const MOST_INTEGER_BYTES = 8;
const PROTOCOL = 2;
const METADATA = "_metadata";

/** What was saved. @throws FormatError on everything but plain data and dense tensors */
export function unpickle(archive: TorchArchive): PickleValue {
  return new PickleMachine(archive).run();
}

class PickleMachine {
  readonly #archive: TorchArchive;
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  readonly #memo: PickleValue[] = [];
  readonly #stack: PickleValue[] = [];
  /** Heights of the stack at which something was marked. */
  readonly #marks: number[] = [];
  #at = 0;
  /** Where the operation at hand begins. */
  #begin = 0;

  constructor(archive: TorchArchive) {
    this.#archive = archive;
    this.#bytes = archive.pickle;
    this.#view = new DataView(this.#bytes.buffer);
  }

  run(): PickleValue {
    for (let count = 0; count < MOST_OPERATIONS; count++) {
      this.#begin = this.#at;
      const opcode = this.#byte();
      if (opcode === 0x2e /* STOP */) return this.#result();
      this.#step(opcode);
      if (this.#stack.length + this.#marks.length > MOST_STACKED) {
        throw this.#error(`more than ${MOST_STACKED} values are open at once`, "fewer", SAVE_STATE_DICT);
      }
    }
    throw this.#error(`it has more than ${MOST_OPERATIONS} operations`, "fewer", SAVE_STATE_DICT);
  }

  #result(): PickleValue {
    const [value] = this.#stack;
    if (this.#stack.length !== 1 || this.#marks.length !== 0 || this.#at !== this.#bytes.length) {
      throw this.#error(
        `it stops with ${this.#stack.length} values and ${this.#bytes.length - this.#at} bytes left over`,
        "one value and no bytes",
        DAMAGED,
      );
    }
    return value;
  }

  #step(opcode: number): void {
    switch (opcode) {
      case 0x80: // PROTO
        return this.#protocol(this.#byte());
      case 0x63: // GLOBAL
        return this.#global();
      case 0x71: // BINPUT
        return this.#remember(this.#byte());
      case 0x72: // LONG_BINPUT
        return this.#remember(this.#uint32());
      case 0x68: // BINGET
        return this.#recall(this.#byte());
      case 0x6a: // LONG_BINGET
        return this.#recall(this.#uint32());
      case 0x28: // MARK
        this.#marks.push(this.#stack.length);
        return;
      case 0x29: // EMPTY_TUPLE
        return this.#push({ kind: "tuple", items: [] });
      case 0x74: // TUPLE
        return this.#push({ kind: "tuple", items: this.#sinceMark() });
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push({ kind: "tuple", items: this.#take(opcode - 0x84) });
      case 0x58: // BINUNICODE
        return this.#push(this.#text(this.#uint32()));
      case 0x4b: // BININT1
        return this.#push(this.#byte());
      case 0x4d: // BININT2
        return this.#push(this.#byte() | (this.#byte() << 8));
      case 0x4a: // BININT
        return this.#push(this.#uint32() | 0);
      case 0x8a: // LONG1
        return this.#push(this.#long(this.#byte()));
      case 0x47: // BINFLOAT
        return this.#push(this.#view.getFloat64(this.#advance(8), false));
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x7d: // EMPTY_DICT
        return this.#push({ kind: "dict", isOrdered: false, entries: new Map() });
      case 0x5d: // EMPTY_LIST
        return this.#push({ kind: "list", items: [] });
      case 0x61: // APPEND
        return this.#append(this.#take(1));
      case 0x65: // APPENDS
        return this.#append(this.#sinceMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#take(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#sinceMark());
      case 0x51: // BINPERSID
        return this.#push(stored(this.#archive, this.#take(1)[0], this.#near));
      case 0x52: {
        // REDUCE
        const [callable, args] = this.#take(2);
        return this.#push(called(this.#archive, callable, args, this.#near));
      }
      case 0x62: // BUILD
        return this.#build();
      default:
        throw this.#unknown(opcode);
    }
  }

  #protocol(version: number): void {
    if (version === PROTOCOL) return;
    throw this.#error(
      `it is written in protocol ${version}`,
      `protocol ${PROTOCOL}, as torch.save uses`,
      'Leave pickle_protocol out: torch.save(model.state_dict(), "model.pth").',
    );
  }

  /** Objects of classes (NEWOBJ) come behind a name that was refused; what else is not known is no work of torch.save. */
  #unknown(opcode: number): FormatError {
    return this.#error(
      `the operation 0x${opcode.toString(16).padStart(2, "0")} is none that torch.save uses for plain data`,
      "tensors, numbers, texts, lists and dicts only",
      `The file is damaged, or was written by something else. ${SAVE_STATE_DICT}`,
    );
  }

  #global(): void {
    const [begin, isFirst] = [this.#begin, this.#stack.length === 0];
    const module = this.#line();
    const name = this.#line();
    const makesObject = isFirst && begin <= 2 && this.#makesObject();
    this.#push(globalNamed(module, name, this.#archive.source, this.#near(), makesObject));
  }

  /** Whether BINPUT, EMPTY_TUPLE, NEWOBJ follow: an object of the class that was named. */
  #makesObject(): boolean {
    const next = this.#bytes.subarray(this.#at, this.#at + 4);
    return next[0] === 0x71 && next[2] === 0x29 && next[3] === 0x81;
  }

  #build(): void {
    const [state] = this.#take(1);
    const owner = this.#stack.at(-1);
    const isMetadata =
      isKind("dict", owner) &&
      owner.isOrdered &&
      isKind("dict", state) &&
      [...state.entries.keys()].every((key) => key === METADATA);
    // Versions of modules, which say nothing about the numbers.
    if (isMetadata) return;
    throw this.#error(
      `it gives ${nameOf(owner)} attributes`,
      `the ${METADATA} of a state dict only`,
      SAVE_STATE_DICT,
    );
  }

  #append(values: readonly PickleValue[]): void {
    const list = this.#stack.at(-1);
    if (!isKind("list", list)) throw this.#misplaced("appends", list, "a list");
    for (const value of values) list.items.push(value);
  }

  #setItems(values: readonly PickleValue[]): void {
    const dict = this.#stack.at(-1);
    if (!isKind("dict", dict)) throw this.#misplaced("sets an item", dict, "a dict");
    if (values.length % 2 !== 0) throw this.#misplaced("sets an item", undefined, "a value for each key");
    for (let i = 0; i < values.length; i += 2) this.#setItem(dict, values[i], values[i + 1]);
  }

  #setItem(dict: PickleDict, key: PickleValue, value: PickleValue): void {
    if (isKind("list", key) || isKind("dict", key)) throw this.#misplaced("sets an item", key, "a key");
    if (dict.entries.has(key)) {
      throw this.#error(
        `the key ${typeof key === "string" ? quote(key) : nameOf(key)} comes twice in a dict`,
        "each key once",
        DAMAGED,
      );
    }
    dict.entries.set(key, value);
  }

  #misplaced(does: string, value: PickleValue | undefined, expected: string): FormatError {
    return this.#error(`it ${does}, but there is ${nameOf(value)}`, expected, DAMAGED);
  }

  #push(value: PickleValue): void {
    this.#stack.push(value);
  }

  /** So many values from the top, which may not lie below a mark. */
  #take(count: number): PickleValue[] {
    const floor = this.#marks.at(-1) ?? 0;
    if (this.#stack.length - count < floor) {
      throw this.#error("it takes a value where there is none", "one", DAMAGED);
    }
    return this.#stack.splice(this.#stack.length - count);
  }

  #sinceMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw this.#error("it takes a series that was not begun", "a mark", DAMAGED);
    return this.#stack.splice(mark);
  }

  #remember(index: number): void {
    const value = this.#stack.at(-1);
    if (value === undefined || this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw this.#error("it remembers a value where there is none", "one", DAMAGED);
    }
    if (index >= MOST_REMEMBERED) {
      throw this.#error(
        `it remembers a value as number ${index}`,
        `numbers below ${MOST_REMEMBERED}`,
        SAVE_STATE_DICT,
      );
    }
    this.#memo[index] = value;
  }

  #recall(index: number): void {
    const value = this.#memo.at(index);
    if (value === undefined) {
      throw this.#error(`it recalls value ${index}, which there is not`, "one that was remembered", DAMAGED);
    }
    this.#push(value);
  }

  /** Little-endian, two's complement. */
  #long(length: number): number | bigint {
    if (length > MOST_INTEGER_BYTES) {
      throw this.#error(
        `a whole number takes ${length} bytes`,
        `at most ${MOST_INTEGER_BYTES}`,
        `Leave it out, or save it as a text.`,
      );
    }
    const begin = this.#advance(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#bytes[begin + i]);
    const signed = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(signed)) ? Number(signed) : signed;
  }

  #text(length: number): string {
    if (length > MOST_TEXT_BYTES) {
      throw this.#error(`a text takes ${length} bytes`, `at most ${MOST_TEXT_BYTES}`, SAVE_STATE_DICT);
    }
    const begin = this.#advance(length);
    return this.#decode(begin, begin + length);
  }

  #line(): string {
    const begin = this.#at;
    const end = this.#bytes.subarray(begin, begin + MOST_TEXT_BYTES).indexOf(0x0a);
    if (end < 0) throw this.#error("a name does not end", "a line", DAMAGED);
    this.#at = begin + end + 1;
    return this.#decode(begin, begin + end);
  }

  #decode(begin: number, end: number): string {
    try {
      return this.#utf8.decode(this.#bytes.subarray(begin, end));
    } catch {
      throw this.#error("a text is not UTF-8", "UTF-8", DAMAGED);
    }
  }

  #byte(): number {
    return this.#bytes[this.#advance(1)];
  }

  #uint32(): number {
    return this.#view.getUint32(this.#advance(4), true);
  }

  #advance(length: number): number {
    const begin = this.#at;
    if (length > this.#bytes.length - begin) throw this.#error("it ends too early", "all of it", DAMAGED);
    this.#at += length;
    return begin;
  }

  /** The key that what is being made will stand under: the last text but those that belong to a storage. */
  readonly #near = (): string => {
    const { length } = this.#stack;
    for (let i = length - 1; i >= Math.max(0, length - 4); i--) {
      const value = this.#stack[i];
      if (typeof value === "string" && value !== "storage") return ` under the key ${quote(value)}`;
    }
    return "";
  };

  #error(came: string, expected: string, advice: string): FormatError {
    return new FormatError(
      `${this.#archive.source}: byte ${this.#begin} of data.pkl: ${came}; expected ${expected}. ${advice}`,
    );
  }
}
