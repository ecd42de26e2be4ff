/**
 * A spiking network in ONNX Runtime Web, one time step after the other: potentials come out and go in again.
 *
 *   atif export runs/digits-1 --to onnx --form step --out digits.onnx --json > digits.json
 *   npm install onnxruntime-web
 */

import * as ort from "onnxruntime-web";

/** @param file address or bytes of digits.onnx @param states text: `metadata.states` of digits.json */
export async function openNetwork(file, states) {
  const session = await ort.InferenceSession.create(file);
  const neurons = JSON.parse(states);
  let potentials;

  /** Begins a new input. */
  const reset = () => {
    potentials = {};
    for (const { input, initial, shape } of neurons) {
      const rest = new Float32Array(shape.reduce((product, length) => product * length, 1)).fill(initial);
      potentials[input] = new ort.Tensor("float32", rest, [1, ...shape]);
    }
  };

  /** One time step of one sample x, channels first: its logits. The class is where their mean over the steps is largest. */
  const step = async (x, shape) => {
    const outputs = await session.run({ input: new ort.Tensor("float32", x, [1, ...shape]), ...potentials });
    potentials = Object.fromEntries(neurons.map(({ input, output }) => [input, outputs[output]]));
    return outputs.logits.data;
  };

  reset();
  return { reset, step };
}
