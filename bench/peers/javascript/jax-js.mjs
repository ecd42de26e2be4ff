/** jax-js with its WASM backend, compiled by its jit; channels first, as its convolutions want them. */

import { permuted } from "./arrays.mjs";

const FROM_CHANNELS_LAST = [0, 3, 1, 2];
const TO_CHANNELS_LAST = [0, 2, 3, 1];
// [KH, KW, in, out] and [out, in, KH, KW]
const FROM_HWIO = [3, 2, 0, 1];
const TO_HWIO = [2, 3, 1, 0];

export async function createJaxJs({ load }) {
  const jax = await load("@jax-js/jax");
  const devices = await jax.init("wasm");
  if (!devices.includes("wasm")) throw new Error("its WASM backend does not start");
  jax.defaultDevice("wasm");
  return { note: "WASM", product: (x, w, g) => new Product(jax, x, w, g) };
}

class Product {
  #convolves;
  #x;
  #w;
  #g;
  #functions;

  constructor(jax, x, w, g) {
    this.#convolves = x.shape.length === 4;
    const { jit, lax, numpy, vjp } = jax;
    const array = ({ data, shape }) => numpy.array(data).reshape(shape);
    const [images, kernel] = [FROM_CHANNELS_LAST, FROM_HWIO];
    const [px, pw, pg] = this.#convolves
      ? [permuted(x, images), permuted(w, kernel), permuted(g, images)]
      : [x, w, g];
    [this.#x, this.#w, this.#g] = [px, pw, pg].map(array);
    const padding = [
      [1, 1],
      [1, 1],
    ];
    const forward = this.#convolves
      ? (x, w) => lax.convGeneralDilated(x, w, [1, 1], padding)
      : (x, w) => numpy.matmul(x, w);
    // A function takes its arguments over; .ref is one more handle.
    const pullback = (of, at, g) => {
      const [y, back] = vjp(of, [at]);
      y.dispose();
      const [gradient] = back(g);
      back.dispose?.();
      return gradient;
    };
    this.#functions = {
      forward: jit(forward),
      "weight gradient": jit((x, w, g) => pullback((each) => forward(x, each), w, g)),
      "input gradient": jit((x, w, g) => pullback((each) => forward(each, w), x, g)),
    };
  }

  async run(which) {
    const y = this.#compute(which);
    await y.blockUntilReady();
    y.dispose();
  }

  async result(which) {
    const y = this.#compute(which);
    const { shape } = y;
    const result = { data: Float32Array.from(await y.data()), shape };
    if (!this.#convolves) return result;
    return permuted(result, which === "weight gradient" ? TO_HWIO : TO_CHANNELS_LAST);
  }

  dispose() {
    for (const each of [this.#x, this.#w, this.#g]) each.dispose();
    for (const each of Object.values(this.#functions)) each.dispose?.();
  }

  #compute(which) {
    const compute = this.#functions[which];
    const operands = [this.#x.ref, this.#w.ref];
    return which === "forward" ? compute(...operands) : compute(...operands, this.#g.ref);
  }
}
