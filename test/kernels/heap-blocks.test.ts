import { describe, expect, it } from "vitest";
import { ALIGNMENT, BlockList, type Block } from "../../src/kernels/wasm/blocks.js";
import { Generator } from "../../src/random/generator.js";

/** The laws of a block list: blocks tile the memory in order, and no two free blocks touch. */
function check(list: BlockList, start: number, taken: Iterable<Block>): void {
  const held = new Set<unknown>(taken);
  let offset = start;
  let freeBefore = false;
  let count = 0;
  for (const block of list) {
    expect(block.offset).toBe(offset);
    expect(block.size).toBeGreaterThan(0);
    expect(block.size % ALIGNMENT).toBe(0);
    expect(block.free && freeBefore).toBe(false);
    expect(held.has(block)).toBe(!block.free);
    freeBefore = block.free;
    offset += block.size;
    if (!block.free) count++;
  }
  expect(offset).toBe(list.end);
  expect(count).toBe(held.size);
}

function take(list: BlockList, bytes: number): Block {
  const block = list.take(bytes);
  if (block === null) throw new Error(`no block of ${bytes} bytes`);
  return block;
}

describe("a block list", () => {
  it("is empty until it is extended, and starts on a multiple of the alignment", () => {
    const list = new BlockList(100);
    expect(list.take(1)).toBeNull();
    list.extend(128 + 640);
    expect(take(list, 1).offset).toBe(128);
    expect(take(list, 64).offset).toBe(192);
    expect(list.take(640 - 128 + 1)).toBeNull();
    expect(take(list, 640 - 128).offset).toBe(256);
    expect(list.take(0)).toBeNull();
  });

  it("gives a freed block out again, for the same size and for smaller ones", () => {
    const list = new BlockList(0);
    list.extend(1 << 20);
    const first = take(list, 5000);
    take(list, 64);
    list.give(first);
    expect(take(list, 5000).offset).toBe(first.offset);
  });

  it("merges a freed block with the free block before it, behind it, and on both sides", () => {
    const list = new BlockList(0);
    list.extend(4 * 640);
    const [a, b, c, d] = [640, 640, 640, 640].map((bytes) => take(list, bytes));
    list.give(a);
    list.give(c);
    check(list, 0, [b, d]);
    list.give(b);
    check(list, 0, [d]);
    const abc = take(list, 3 * 640);
    expect(abc.offset).toBe(0);
    list.give(d);
    list.give(abc);
    check(list, 0, []);
    expect(take(list, 4 * 640).offset).toBe(0);
  });

  it("finds the one block of its bin that is large enough, though a smaller one lies before it", () => {
    const list = new BlockList(0);
    const units = 1000; // the bin of 1000 units holds 960 to 1023
    const small = 970;
    list.extend((units + small + 2) * ALIGNMENT);
    const large = take(list, units * ALIGNMENT);
    const wall = take(list, ALIGNMENT);
    const little = take(list, small * ALIGNMENT);
    take(list, ALIGNMENT);
    list.give(large);
    list.give(little);
    expect(take(list, units * ALIGNMENT).offset).toBe(0);
    expect(wall.free).toBe(false);
  });

  it("joins new memory to a free block at the end", () => {
    const list = new BlockList(0);
    list.extend(640);
    const first = take(list, 320);
    expect(list.freeAtEnd).toBe(320);
    list.extend(1280);
    expect(list.freeAtEnd).toBe(960);
    expect(take(list, 960).offset).toBe(320);
    expect(list.freeAtEnd).toBe(0);
    list.give(first);
    expect(list.freeAtEnd).toBe(0);
  });

  it("covers 4 GiB", () => {
    const list = new BlockList(0);
    list.extend(2 ** 32);
    expect(take(list, 2 ** 32 - 128).size).toBe(2 ** 32 - 128);
    expect(take(list, 128).offset).toBe(2 ** 32 - 128);
    expect(list.take(2 ** 32)).toBeNull();
    expect(list.take(2 ** 40)).toBeNull();
    expect(list.take(2 ** 53)).toBeNull();
  });

  it.each([1, 2, 3, 4, 5, 6])("keeps its laws through random use, seed %i", (seed) => {
    const random = new Generator(seed);
    const below = (n: number): number => Math.floor(random.uniform() * n);
    const start = 64 * below(100);
    const list = new BlockList(start);
    list.extend(start + 256 * 1024);
    const held: Block[] = [];
    for (let step = 0; step < 3000; step++) {
      if (held.length > 0 && random.uniform() < 0.48) {
        const [block] = held.splice(below(held.length), 1);
        list.give(block);
      } else {
        const bytes = below(2 ** (4 + below(13)));
        const block = list.take(bytes);
        if (block === null) {
          const largest = Math.max(0, ...[...list].map((each) => (each.free ? each.size : 0)));
          expect(largest).toBeLessThan(Math.max(1, bytes));
          if (random.uniform() < 0.2) list.extend(list.end + 64 * below(1000));
        } else {
          expect(block.size).toBeGreaterThanOrEqual(bytes);
          expect(block.size).toBeLessThan(Math.max(1, bytes) + ALIGNMENT);
          held.push(block);
        }
      }
      if (step % 250 === 0) check(list, start, held);
    }
    for (const block of held) list.give(block);
    check(list, start, []);
    expect([...list].length).toBe(1);
  });
});
