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

/** What the sentence says, of files that are refused. */
const reasons: Readonly<Record<string, RegExp>> = {
  "bad_edge.nir": /an edge with "nowhere", and there is no such node/,
  "bad_type.nir": /node "if1" is of the type "IzhikevichX"; expected one of NIRGraph, Input/,
  "bad_missing_field.nir": /node "if1" has no v_threshold; expected it: it is of the type IF/,
  "bad_extra_field.nir": /a field "colour", which IF does not have; expected r, v_threshold, v_reset/,
  "bad_threshold_shape.nir": /r has the shape \[8\] and v_threshold \[9\]; expected one shape/,
  "bad_threshold_nan.nir": /node "if1": v_threshold holds NaN at element 0; expected finite numbers/,
  "bad_root.nir": /the root node is of the type "Affine"; expected NIRGraph/,
  "bad_no_node.nir": /there is no group "node"/,
  "cut_0.nir": /it does not begin as an HDF5 file does/,
  "cut_8.nir": /it points to byte 9, and the part there ends at 8/,
  "cut_100.nir":
    /it ends after 100 of 19160 bytes: it was cut off\. Copy or download it again, or let the tool/,
  "cut_9580.nir": /it was cut off/,
  "cut_19159.nir": /it was cut off/,
  "not_hdf5.nir": /it does not begin as an HDF5 file does/,
};

describe("files that are refused", () => {
  for (const [name, { accept }] of manifest) {
    if (accept) continue;
    it(name, async () => {
      const failure: unknown = await readNir(bytesOf(name), { dt: 1 }).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FormatError);
      expect((failure as Error).message).toMatch(reasons[name]);
      expect((failure as Error).message).toMatch(/^readNir: this file cannot be read: .*\.$/);
    });
  }
});

const kindsOf = async (name: string, options: ReadNirOptions): Promise<string[]> => {
  const { model } = await readNir(bytesOf(name), options);
  return model.spikingLayers().map(([, { traits }]) => traits.kind);
};

describe("what nodes become", () => {
  it("an IF and a Scale of its threshold: ATIF, if metadata or the option say so", async () => {
    expect(await kindsOf("hand_if_scale_meta.nir", {})).toEqual(["ATIF"]);
    expect(await kindsOf("hand_if_scale_meta.nir", { reset: "hard" })).toEqual(["CurrentIF"]);
    expect(await kindsOf("hand_if_scale.nir", {})).toEqual(["CurrentIF"]);
    expect(await kindsOf("hand_if_scale.nir", { reset: "subtract" })).toEqual(["ATIF"]);
  });

  it("a soft reset that is spelled out: ATIF, of the name that its nodes share", async () => {
    const { model, report } = await readNir(bytesOf("hand_exact_soft_reset.nir"));
    expect(model.spikingLayers().map(([name, { traits }]) => [name, traits.kind])).toEqual([["n1", "ATIF"]]);
    expect(report.notes.map(({ what }) => what)).toContain("fires at its threshold, too");
  });

  it("metadata tell the time steps; without any there is one, and a note", async () => {
    expect((await readNir(bytesOf("hand_if_scale_meta.nir"))).model.timesteps).toBe(6);
    const { model, report } = await readNir(bytesOf("hand_if.nir"));
    expect(model.timesteps).toBe(1);
    expect(report.notes.map(({ what }) => what)).toContain("1 time step");
    expect((await readNir(bytesOf("hand_if.nir"), { timesteps: 9 })).model.timesteps).toBe(9);
  });

  it("a circle: one layer with feedback", async () => {
    const { model } = await readNir(bytesOf("hand_recurrent_if.nir"));
    expect(Object.keys(model.stateDict())).toEqual(
      expect.arrayContaining(["recurrent1.n1.v_threshold", "recurrent1.w_rec.weight"]),
    );
  });

  it("an output that is a map: a list, channels first, with a note", async () => {
    const { model, report } = await readNir(bytesOf("hand_conv_stride.nir"));
    expect(model.outputShape).toEqual([12]);
    expect(report.notes.map(({ what }) => what)).toContain("output as a list");
  });
});
