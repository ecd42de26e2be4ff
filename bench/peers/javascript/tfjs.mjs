/**
 * TensorFlow.js with its WASM backend, which computes channels last, as the arrays arrive. It computes at once, so no
 * result has to be waited for.
 */

export async function createTfjs({ load }, threads) {
  const tf = await load("@tensorflow/tfjs");
  const { setThreadsCount } = await load("@tensorflow/tfjs-backend-wasm");
  setThreadsCount(threads);
  if (!(await tf.setBackend("wasm"))) throw new Error("its WASM backend does not start");
  const threaded = await tf.env().getAsync("WASM_HAS_MULTITHREAD_SUPPORT");
  return {
    note: `WASM, ${threaded ? `threads: ${threads}` : "1 thread: it has no more here"}`,
    product: (x, w, g) => new Product(tf, x, w, g),
  };
}

class Product {
  #tf;
  #x;
  #w;
  #g;

  constructor(tf, ...arrays) {
    this.#tf = tf;
    [this.#x, this.#w, this.#g] = arrays.map(({ data, shape }) => tf.tensor(data, shape));
  }

  run(which) {
    this.#compute(which).dispose();
  }

  result(which) {
    const tensor = this.#compute(which);
    const result = { data: tensor.dataSync().slice(), shape: tensor.shape };
    tensor.dispose();
    return result;
  }

  dispose() {
    for (const each of [this.#x, this.#w, this.#g]) each.dispose();
  }

  #compute(which) {
    const [tf, x, w, g] = [this.#tf, this.#x, this.#w, this.#g];
    const convolves = x.rank === 4;
    switch (which) {
      case "forward":
        return convolves ? tf.conv2d(x, w, 1, "same") : tf.matMul(x, w);
      case "input gradient":
        // The gradient itself, without a forward pass.
        return convolves ? tf.conv2dTranspose(g, w, x.shape, 1, "same") : tf.matMul(g, w, false, true);
      case "weight gradient":
        if (!convolves) return tf.matMul(x, g, true);
        return tf.tidy(() => tf.grad((each) => tf.conv2d(x, each, 1, "same"))(w, g));
      default:
        throw new RangeError(`there is no case ${which}`);
    }
  }
}
