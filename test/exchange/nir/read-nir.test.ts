import { readFileSync } from "node:fs";
import { beforeAll, describe, expect, it } from "vitest";
import { FormatError, init, noGrad, readNir, tensor, type ReadNirOptions } from "../../../src/index.js";

interface NumberArray {
  readonly shape: readonly number[];
  readonly data: readonly (number | string)[];
}

interface Expected {
  readonly dt: number;
  readonly x: NumberArray;
  readonly expected?: NumberArray;
  readonly expected_hard?: NumberArray;
  readonly expected_subtract?: NumberArray;
  readonly expected_hard_start_at_reset?: NumberArray;
}

interface Entry {
  readonly accept: boolean;
  readonly expected?: string;
}

const folder = new URL("../files/nir/", import.meta.url);
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, folder)));
const jsonOf = <T>(name: string): T => JSON.parse(readFileSync(new URL(name, folder), "utf8")) as T;
const manifest = Object.entries(jsonOf<Record<string, Entry>>("manifest.json"));

beforeAll(() => init());

/** What the model gives at each step for the file's inputs. */
async function outputsOf(name: string, { x, dt }: Expected, options: ReadNirOptions): Promise<number[]> {
  const { model } = await readNir(bytesOf(name), { dt, ...options });
  const [T, N, ...sample] = x.shape;
  const axes = sample.map((_, axis) => axis + 2);
  return noGrad(() => {
    const all = tensor(x.data.map(Number), [T, N, ...sample]);
    const last = all.permute([0, 1, ...axes.slice(1), axes[0]]);
    return Array.from({ length: T }, (_, t) => [...model.stream(last.at(t)).toArray()]).flat();
  });
}

function expectSame(found: readonly number[], { data }: NumberArray): void {
  expect(found).toHaveLength(data.length);
  const wrong = found.filter((value, i) => {
    const wanted = Number(data[i]);
    return !(Math.abs(value - wanted) <= 1e-5 * Math.max(1, Math.abs(wanted)));
  });
  expect(wrong).toEqual([]);
}

describe("files of NIR", () => {
  for (const [name, entry] of manifest) {
    if (!entry.accept || entry.expected === undefined) continue;
    const expected = jsonOf<Expected>(entry.expected);
    const cases: [string, NumberArray | undefined, ReadNirOptions][] = [
      ["", expected.expected, {}],
      [" with hard resets", expected.expected_hard, { reset: "hard" }],
      [" with soft resets", expected.expected_subtract, { reset: "subtract" }],
      [" beginning at v_reset", expected.expected_hard_start_at_reset, { reset: "hard", startAtReset: true }],
    ];
    for (const [how, wanted, options] of cases) {
      if (wanted === undefined) continue;
      it(`${name} computes what it says${how}`, async () => {
        expectSame(await outputsOf(name, expected, options), wanted);
      });
    }
  }
});

describe("files that are refused", () => {
  for (const [name, { accept }] of manifest) {
    if (accept) continue;
    it(name, async () => {
      const failure: unknown = await readNir(bytesOf(name), { dt: 1 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FormatError);
      console.log(name, String(failure));
    });
  }
});
