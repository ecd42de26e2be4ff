/** Files that the page is given: what they are, told from their names and first bytes, and nothing more is read. */

import { describe, expect, it } from "vitest";
import { END_BYTES, kindOf, START_BYTES } from "../../playground/state/file-kinds.js";
import { recognised } from "../../playground/state/recognised.js";
import { encodeModel, init, SMLP } from "../../src/index.js";

const bytes = (...parts: (string | readonly number[])[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => (typeof part === "string" ? [...Buffer.from(part)] : [...part])));

const kind = (name: string, start: Uint8Array, type = ""): string => {
  const known = kindOf({ name, type, size: start.length, start: start.subarray(0, START_BYTES) });
  return "sentence" in known ? known.sentence : known.kind;
};

const ZIP = bytes("PK\u0003\u0004", [20, 0, 0, 0]);
const HDF5 = bytes([0x89], "HDF\r\n\u001a\n");
const IDX = bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]);
const BINARY = bytes([8, 9, 1, 200, 0, 3]);

describe("kinds of files", () => {
  it.each([
    ["model.safetensors", bytes([2, 0, 0, 0, 0, 0, 0, 0], "{}")],
    ["MODEL.SAFETENSORS", bytes([2, 0, 0, 0, 0, 0, 0, 0], "{}")],
    ["renamed.bin", bytes([2, 0, 0, 0, 0, 0, 0, 0], "{}")],
    ["spaced.safetensors", bytes([3, 0, 0, 0, 0, 0, 0, 0], " {}")],
  ])("%s is told by its bytes, whatever it is called", (name, start) => {
    expect(kind(name, start)).toBe("safetensors");
  });

  it.each([
    ["train-images-idx3-ubyte", IDX, "idx"],
    ["TRAIN-LABELS.IDX1-UBYTE", IDX, "idx"],
    ["a.pth", IDX, "idx"],
    ["train-images-idx3-ubyte.gz", bytes([0x1f, 0x8b, 8]), "idx"],
    // damaged: its reader says how
    ["train-images-idx3-ubyte", BINARY, "idx"],
    ["3.png", bytes([0x89], "PNG\r\n\u001a\n"), "picture"],
    ["no-ending", bytes([0xff, 0xd8, 0xff, 0xe0]), "picture"],
    // of other tools: by the bytes, and by the name where they say nothing, for the library to refuse
    ["renamed.zip", bytes([...ZIP], "archive/data.pkl"), "foreign"],
    ["renamed.bin", HDF5, "foreign"],
    ["net.h5", HDF5, "foreign"],
    ["old", bytes([0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a]), "foreign"],
    ["net.pth", ZIP, "foreign"],
    ["NET.PT", bytes([0x80, 2, 0x8a]), "foreign"],
    ["last.ckpt", BINARY, "foreign"],
    ["net.nir", BINARY, "foreign"],
    ["net.nir", bytes("text"), "foreign"],
    ["cut.pth", bytes(), "foreign"],
    ["cut.nir", bytes(), "foreign"],
    // recordings, and arrays with time steps: their reader says what is in them
    ["events.npz", ZIP, "recording"],
    ["renamed", bytes([0x93], "NUMPY", [1, 0]), "recording"],
    ["cut.npy", BINARY, "recording"],
    ["renamed", bytes("#!AER-DAT3.1\r\n"), "recording"],
    ["hand.aedat4", BINARY, "recording"],
    ["cars.DAT", bytes("% Width 304\n"), "recording"],
    ["00002.bin", bytes([10, 31, 0, 3, 200]), "recording"],
    ["3.webp", bytes("RIFF", [0, 0, 0, 0], "WEBP"), "picture"],
  ])("%s is of use", (name, start, expected) => {
    expect(kind(name, start)).toBe(expected);
  });

  it("leaves what the browser calls a picture to the browser, unless the bytes say otherwise", () => {
    expect(kind("3.svg", bytes("<svg/>"), "image/svg+xml")).toBe("picture");
    expect(kind("3.png", ZIP, "image/png")).toContain("3.png is a ZIP archive");
  });

  it.each([
    ["net.H5", BINARY, "a Keras (HDF5) file", "model.safetensors"],
    ["net.keras", ZIP, "a Keras (HDF5) file", "model.safetensors"],
    ["net.onnx", BINARY, "an ONNX network", "the weights that it was exported from"],
    ["NET.ONNX", BINARY, "an ONNX network", "model.safetensors"],
    ["net.tflite", bytes([28, 0, 0, 0], "TFL3"), "a TensorFlow Lite network", "model.safetensors"],
    ["digits.zip", ZIP, "a ZIP archive", "Unpack it"],
    ["anything", ZIP, "a ZIP archive", "Unpack it"],
    ["digits.tar.gz", bytes([0x1f, 0x8b, 8]), "a tar archive", "Unpack it"],
    ["DIGITS.TGZ", bytes([0x1f, 0x8b, 8]), "a tar archive", "Unpack it"],
    ["digits.tar", bytes(new Array<number>(257).fill(65), "ustar"), "a tar archive", "Unpack it"],
    ["digits.pkl", bytes([0x80, 4, 0x95]), "a Python pickle", "IDX files"],
    ["digits.csv", bytes("1,2,3\n"), "a table of text", "IDX files"],
    ["digits.toml", bytes("[bench]\n"), "an experiment file", "atif train"],
    ["net.pth", bytes("<!DOCTYPE html><html>"), "a web page", "download it again"],
    ["hand.aedat4", bytes("<!DOCTYPE html><html>"), "a web page", "download it again"],
    ["model.safetensors", bytes("<!DOCTYPE html><html>"), "a web page", "download it again"],
    ["train-images-idx3-ubyte", bytes("<html><title>404"), "a web page", "download it again"],
    ["model.safetensors", BINARY, "damaged at its start", "model.safetensors"],
    ["notes", bytes("hello\n"), "text", "pictures"],
    ["what", BINARY, "no file that this page knows", "pictures"],
    ["nothing.safetensors", bytes(), "empty", "model.safetensors"],
  ])("%s is named for what it is: %#", (name, start, what, advice) => {
    const sentence = kind(name, start);
    expect(sentence).toContain(`${name} is ${what}`);
    expect(sentence).toContain("expected ");
    expect(sentence).toContain(advice);
    if (!advice.includes("IDX") && !advice.includes("pictures")) expect(sentence).not.toMatch(/\[N, H, W\]/);
  });
});

/** A file of a size that says which of its bytes are asked for. */
class WatchedFile extends File {
  read = 0;

  override slice(from = 0, to = this.size): Blob {
    this.read += to - from;
    return super.slice(from, to);
  }

  override arrayBuffer(): Promise<ArrayBuffer> {
    throw new Error("the whole file is read");
  }

  override stream(): never {
    throw new Error("the whole file is read");
  }
}

const given = (...files: File[]) => files.map((file) => ({ path: `/${file.name}`, file }));

describe("files that are given", () => {
  it("are refused by their first bytes, however large they are", async () => {
    const large = new WatchedFile([ZIP, new Uint8Array(5_000_000)], "net.zip");
    await expect(recognised(given(large))).rejects.toThrow(/^net\.zip is a ZIP archive; expected/);
    expect(large.read).toBeLessThanOrEqual(START_BYTES + END_BYTES);
    const table = new WatchedFile([BINARY, new Uint8Array(5_000_000)], "net.parquet");
    await expect(recognised(given(table))).rejects.toThrow(/^net\.parquet is a table of columns; expected/);
    expect(table.read).toBeLessThanOrEqual(START_BYTES);
  });

  it("may be archives that were packed again: what is in them stands at their end", async () => {
    const packed = new WatchedFile([ZIP, new Uint8Array(5_000_000), "net/data.pkl"], "net.zip");
    const text = new WatchedFile(['{ "kind": "SMLP" }'], "net.json");
    const { foreign, texts } = await recognised(given(packed, text));
    expect(foreign.map(({ file }) => file)).toEqual([packed]);
    expect(texts).toEqual([{ file: text, sentence: expect.stringMatching(/^net\.json is JSON text; expected/) as string }]);
  });

  it("are sorted, without those that folders hold besides", async () => {
    const files = given(
      new WatchedFile([IDX], "a-labels"),
      new WatchedFile(["x"], ".DS_Store"),
      new WatchedFile(["x"], "Thumbs.db"),
      new WatchedFile([bytes([0xff, 0xd8, 0xff])], "cat_1.JPG"),
    );
    const { networks, pictures, idx } = await recognised(files);
    expect([networks, pictures, idx].map((some) => some.map(({ file }) => file.name))).toEqual([
      [],
      ["cat_1.JPG"],
      ["a-labels"],
    ]);
    await expect(recognised(files.slice(1, 3))).rejects.toThrow(/^No file came; expected/);
    await expect(recognised([])).rejects.toThrow(/^No file came; expected/);
  });

  it("may be networks, which the header says, of whatever size the weights are", async () => {
    await init({ backend: "reference" });
    const model = new SMLP({
      inputShape: [2],
      outputShape: [2],
      units: [3],
      timesteps: 1,
      neuron: { kind: "ATIF" },
    });
    const network = new WatchedFile([encodeModel(model)], "Own.SafeTensors");
    const { networks } = await recognised(given(network));
    expect(networks).toHaveLength(1);
    const header = '{"w":{"dtype":"F32","shape":[1250000],"data_offsets":[0,5000000]}}';
    const weights = bytes([header.length, 0, 0, 0, 0, 0, 0, 0], header);
    const foreign = new WatchedFile([weights, new Uint8Array(5_000_000)], "weights.safetensors");
    expect(await recognised(given(foreign))).toMatchObject({ networks: [], foreign: [{ file: foreign }] });
    expect(foreign.read).toBeLessThan(weights.length + START_BYTES);
    // cut short within its header: the reader of networks says where
    const cut = new WatchedFile([encodeModel(model).slice(0, 200)], "cut.safetensors");
    expect((await recognised(given(cut))).networks).toHaveLength(1);
  });
}); // prettier-ignore
