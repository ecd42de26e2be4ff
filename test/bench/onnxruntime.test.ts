/** onnxruntime-node as a peer of the bench: a stand-in that doubles its input. */

import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
// @ts-expect-error: plain JavaScript of a process of its own
import { createOnnxRuntime } from "../../bench/peers/javascript/onnxruntime.mjs";

interface Session {
  run(): Promise<{ data: Float32Array }>;
  results(): Promise<{ logits: { data: Float32Array; shape: readonly number[] } }>;
}

class FakeTensor {
  constructor(
    readonly type: string,
    readonly data: Float32Array,
    readonly dims: readonly number[],
  ) {}
}

it("shows batch after batch to the network, and is compared by the first", async () => {
  const folder = mkdtempSync(join(tmpdir(), "atif-"));
  try {
    const images = join(folder, "images");
    writeFileSync(images, new Uint8Array(new Float32Array([1, 2, 3, 4]).buffer));
    const asked: object[] = [];
    const session = {
      inputNames: ["input"],
      run: ({ input }: { input: FakeTensor }, outputs: readonly string[]) => {
        expect(outputs).toEqual(["logits"]);
        return Promise.resolve({
          logits: new FakeTensor(
            "float32",
            input.data.map((x) => 2 * x),
            input.dims,
          ),
        });
      },
    };
    const create = (file: string, options: object) => {
      asked.push({ file, ...options });
      return Promise.resolve(session);
    };
    const load = () => Promise.resolve({ default: { Tensor: FakeTensor, InferenceSession: { create } } });
    const made = createOnnxRuntime as (
      user: object,
      threads: number,
    ) => Promise<{
      network(request: object): Promise<Session>;
    }>;
    const library = await made({ load }, 2);
    const network = await library.network({
      onnx: "network.onnx",
      images: { file: images, shape: [2, 1, 2] },
    });
    expect(asked).toEqual([expect.objectContaining({ file: "network.onnx", intraOpNumThreads: 2 })]);
    const shown = [await network.run(), await network.run(), await network.run()].map(({ data }) => [
      ...data,
    ]);
    expect(shown).toEqual([
      [2, 4],
      [6, 8],
      [2, 4],
    ]);
    const { logits } = await network.results();
    expect([[...logits.data], logits.shape]).toEqual([
      [2, 4],
      [1, 2],
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
