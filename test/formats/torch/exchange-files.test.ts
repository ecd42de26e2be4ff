/** Files that PyTorch itself, Lightning, SpikingJelly, snnTorch, norse and Qualia wrote, and damaged ones (test/exchange/files). */

import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { FormatError } from "../../../src/errors.js";
import type { StoredTensor } from "../../../src/formats/safetensors-dtypes.js";
import { parseSafetensors } from "../../../src/formats/safetensors.js";
import { readTorch } from "../../../src/formats/torch/read-torch.js";

interface Described {
  readonly accept?: boolean;
  readonly expected: string;
  readonly state_dict_key?: string;
  readonly prefix?: string;
}

interface Expected {
  readonly tensors: Readonly<Record<string, { shape: number[]; dtype: string; sha256: string }>>;
}

const file = (path: string): Uint8Array =>
  readFileSync(new URL(`../../exchange/files/${path}`, import.meta.url));
const json = (path: string): unknown => JSON.parse(Buffer.from(file(path)).toString());

/** Of the row-major float32 bytes; of integers as int64. */
function digest({ data }: StoredTensor): string {
  const holder =
    data instanceof Float32Array || data instanceof BigInt64Array
      ? data
      : Float32Array.from(data as Float64Array);
  return createHash("sha256")
    .update(new Uint8Array(holder.buffer, holder.byteOffset, holder.byteLength))
    .digest("hex");
}

function summary(tensors: ReadonlyMap<string, StoredTensor>, prefix = ""): object {
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => {
      expect(name.startsWith(prefix)).toBe(true);
      return [name.slice(prefix.length), { shape: tensor.shape, sha256: digest(tensor) }];
    }),
  );
}

function expectedOf(path: string): object {
  const { tensors } = json(path) as Expected;
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, sha256 }]) => [name, { shape, sha256 }]),
  );
}

const listOf = (folder: string): [string, Described][] =>
  Object.entries(json(`${folder}/manifest.json`) as Record<string, Described>).filter(([name]) =>
    /\.(pth|ckpt)$/.test(name),
  );
const all = ["pytorch", "frameworks"].flatMap((folder) =>
  listOf(folder).map(([name, described]) => ({ folder, name, ...described })),
);
const accepted = all.filter(({ accept }) => accept !== false);

describe("a file of another tool", () => {
  it("is there", () => expect(accepted.length).toBe(44));

  it.each(accepted)("$folder/$name has its tensors to the bit", ({ folder, name, expected, ...where }) => {
    const bytes = file(`${folder}/${name}`);
    const whole = expectedOf(`${folder}/${expected}`);
    expect(summary(readTorch(bytes, name), where.prefix)).toEqual(whole);
    const key = where.state_dict_key ?? "";
    const options = { key, ...(where.prefix === undefined ? {} : { prefix: where.prefix }) };
    expect(summary(readTorch(bytes, name, options))).toEqual(whole);
  });

  it("has the types that it was saved in", () => {
    const types = (name: string): Set<string> =>
      new Set([...readTorch(file(`pytorch/${name}`)).values()].map(({ dtype }) => dtype));
    expect(types("scnn2d_atif_bn.pth")).toEqual(new Set(["F32", "I64"]));
    expect(types("smlp_atif.float16.pth")).toEqual(new Set(["F16"]));
    expect(types("smlp_atif.bfloat16.pth")).toEqual(new Set(["BF16"]));
    expect(types("smlp_atif.float64.pth")).toEqual(new Set(["F64"]));
  });

  it("holds what fused networks of Qualia hold, which safetensors has too", () => {
    const torch = readTorch(file("fuse/scnn2d_atif_bn_fused.pth"));
    const { tensors } = parseSafetensors(file("fuse/scnn2d_atif_bn.after.safetensors"));
    expect(summary(torch)).toEqual(summary(tensors));
  });

  it("gives the state of the optimizer by its key", () => {
    const bytes = file("pytorch/scnn2d_atif_bn.checkpoint.pth");
    const state = readTorch(bytes, "c.pth", { key: "optimizer_state_dict" });
    const count = readTorch(bytes).size;
    expect([...state.keys()].slice(0, 3)).toEqual(["state.0.step", "state.0.exp_avg", "state.0.exp_avg_sq"]);
    expect(state.get("state.0.step")).toEqual({ dtype: "F32", shape: [], data: Float32Array.of(15) });
    const everything = readTorch(bytes, "c.pth", { key: "" });
    expect(everything.size).toBe(count + state.size);
    expect([...everything.keys()]).toContain("optimizer_state_dict.state.0.exp_avg");
    expect([...everything.keys()]).toContain("model_state_dict.layers.conv1.weight");
  });
});

const DAMAGED = "The file is damaged or was cut short: copy or download it again.";
const SAVE = 'torch.save(model.state_dict(), "model.pth").';
/** What is said of each file that is refused. */
const SENTENCES: readonly [string, RegExp, string][] = [
  ["smlp_atif.legacy.pth", /in the format that torch\.save wrote before PyTorch 1\.6/, '"model.pth").'],
  [
    "smlp_atif.whole_module.pth",
    /a whole object of the class "qualia_plugin_snn\S+\.SMLP", as torch\.save\(model\)/,
    SAVE,
  ],
  ["evil_getcwd.pth", /asks for "posix\.getcwd", which is no plain data and is never run here/, SAVE],
  [
    "evil_print_in_state_dict.pth",
    /asks for "__builtin__\.print" under the key "note", which is no plain data/,
    SAVE,
  ],
  ["evil_getattr.pth", /asks for "__builtin__\.getattr"/, SAVE],
  ["evil_eval.pth", /asks for "__builtin__\.eval"/, SAVE],
  [
    "numpy_array.pth",
    /asks for "numpy\._core\.multiarray\._reconstruct" under the key "w", a NumPy array/,
    SAVE,
  ],
  [
    "smlp_atif.deflated.pth",
    /the entry "smlp_atif\/data\.pkl" of the ZIP archive is compressed \(method 8\)/,
    "zip -0.",
  ],
  ["smlp_atif.no_version.pth", /has no entry "smlp_atif\/version"/, SAVE],
  ["smlp_atif.big_endian.pth", /its numbers are big-endian; expected little-endian ones/, "everywhere."],
  [
    "smlp_atif.missing_storage.pth",
    /the storage "2" under the key "layers\.neuron1\.v_threshold" is missing/,
    DAMAGED,
  ],
  [
    "smlp_atif.oob_size.pth",
    /under the key "layers\.fc1\.weight" is F32 \[250, 24\].* and reaches element 5999; expected it to stay within the 240/,
    DAMAGED,
  ],
  [
    "smlp_atif.key_is_path.pth",
    /the storage "\.\.\/\.\.\/etc\/passwd" .* has a key that is no number/,
    DAMAGED,
  ],
  ["smlp_atif.trailing_pickle.pth", /byte 956 of data\.pkl: the operation 0x30 is none/, SAVE],
  ["cut_0.pth", /it is empty/, "Copy or download it again."],
  ["cut_1.pth", /it begins with the bytes 50; expected 50 4b 03 04/, DAMAGED],
  ["cut_3.pth", /it begins with the bytes 50 4b 03;/, DAMAGED],
  ["cut_22.pth", /its end is missing/, DAMAGED],
  ["cut_104.pth", /its end is missing/, DAMAGED],
  ["cut_2516.pth", /its end is missing/, DAMAGED],
  ["cut_5003.pth", /its end is missing/, DAMAGED],
  ["cut_5032.pth", /its end is missing/, DAMAGED],
  ["trailing_bytes.pth", /7 bytes stand behind the end of the ZIP archive/, "copy or download it again."],
  [
    "flip_data_byte.pth",
    /"smlp_atif\/data\/0" .* has the checksum 8c035f88; expected 4da0d5e4/,
    "copy or download it again.",
  ],
  [
    "flip_data_last.pth",
    /"smlp_atif\/data\/1" .* has the checksum 715be673; expected d65b0f19/,
    "copy or download it again.",
  ],
  ["flip_pickle_opcode.pth", /"smlp_atif\/data\.pkl" .* has the checksum/, "copy or download it again."],
  ["flip_pickle_name.pth", /"smlp_atif\/data\.pkl" .* has the checksum/, "copy or download it again."],
  [
    "flip_local_name.pth",
    /"smlp_atif\/data\/0" .* is described otherwise where it stands, at byte 1430/,
    DAMAGED,
  ],
  ["flip_local_signature.pth", /"smlp_atif\/data\/0" .* has no header at byte 1430/, DAMAGED],
  [
    "flip_central_offset.pth",
    /up to byte 3862, does not belong there; expected its sizes and checksum/,
    DAMAGED,
  ],
  ["flip_central_size.pth", /is described otherwise where it stands/, DAMAGED],
  ["flip_central_method.pth", /is described otherwise where it stands/, DAMAGED],
  ["flip_eocd_signature.pth", /its end is missing/, DAMAGED],
  ["flip_eocd_count.pth", /the two end records of the ZIP archive contradict each other/, DAMAGED],
];

describe("a file that is refused", () => {
  it("is in the list, every one", () => {
    const refused = all.filter(({ accept }) => accept === false).map(({ name }) => name);
    expect(new Set(SENTENCES.map(([name]) => name))).toEqual(new Set(refused));
  });

  it.each(SENTENCES)("%s: %s", (name, says, advises) => {
    let error: unknown;
    try {
      readTorch(file(`pytorch/${name}`), name);
    } catch (caught) {
      error = caught;
    }
    expect(error).toBeInstanceOf(FormatError);
    const { message } = error as FormatError;
    expect(message.startsWith(`${name}: `)).toBe(true);
    expect(message).toMatch(says);
    expect(message).toMatch(/; expected /);
    expect(message.endsWith(advises), message).toBe(true);
  });
});
