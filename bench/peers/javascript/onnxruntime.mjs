/** onnxruntime-node: inference with a network that the library has written as ONNX. */

import { readArray } from "./arrays.mjs";

export async function createOnnxRuntime({ load }, threads) {
  const { default: ort } = await load("onnxruntime-node");
  return {
    note: `on processors, threads: ${threads}`,
    /** @param {{ onnx: string, images: object }} request images [batches, N, C, H, W] */
    async network({ onnx, images }) {
      const session = await ort.InferenceSession.create(onnx, {
        executionProviders: ["cpu"],
        intraOpNumThreads: threads,
        interOpNumThreads: 1,
      });
      const [batches, ...shape] = images.shape;
      const all = readArray(images);
      const size = all.length / batches;
      const inputs = Array.from({ length: batches }, (_, i) => {
        const input = new ort.Tensor("float32", all.slice(i * size, (i + 1) * size), shape);
        return { [session.inputNames[0]]: input };
      });
      let next = 0;
      const run = async (input) => (await session.run(input, ["logits"])).logits;
      return {
        run: () => run(inputs[next++ % batches]),
        async results() {
          const { data, dims } = await run(inputs[0]);
          return { logits: { data, shape: dims } };
        },
        dispose: () => session.release(),
      };
    },
  };
}
