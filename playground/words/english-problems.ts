/** English: what files, data and networks are that cannot be used, and what to try. Page and worker say it. */

import { counted, grouped, type NumberWords } from "../format.js";

const numbers: NumberWords = { locale: "en-US", percent: (number) => `${number} %` };

const classes = (count: number, names: readonly string[] | null): string =>
  `${counted(count, "class", "classes")}${names === null ? "" : ` (${names.join(", ")})`}`;

/** "Hidden", "Hidden 2" */
export const numbered =
  (name: string) =>
  (number: number | null): string =>
    number === null ? name : `${name} ${number}`;

export const englishProblems = {
  /** Whoever is told anything is told numbers: both threads need them. */
  numbers,

  /** What a file is, by its name and its first bytes. */
  file: {
    is: (name: string, what: string, advice: string) => `${name} is ${what}; ${advice}`,
    isEmpty: (name: string, advice: string) => `${name} is empty; ${advice}`,
    isOfAnotherKind: (name: string) => `${name} is another kind of file.`,
    none: "No file came; expected a network, IDX files as MNIST has them, or pictures.",
    what: {
      tar: "a tar archive",
      pytorch: "a PyTorch file",
      nir: "a file of NIR",
      keras: "a Keras (HDF5) file",
      hdf5: "an HDF5 file",
      onnx: "an ONNX network",
      tensorflow: "a TensorFlow network",
      tensorflowLite: "a TensorFlow Lite network",
      gguf: "a GGUF language model",
      pickle: "a Python pickle",
      matlab: "a MATLAB file",
      columns: "a table of columns",
      parquet: "a Parquet table",
      table: "a table of text",
      experiment: "an experiment file",
      zip: "a ZIP archive",
      emptyZip: "an empty ZIP archive",
      sevenZip: "a 7z archive",
      rar: "a RAR archive",
      bzip2: "bzip2 data",
      xz: "xz data",
      zstd: "zstd data",
      page: "a web page",
      pdf: "a PDF document",
      json: "JSON text",
      text: "text",
      damaged: "damaged at its start, or no safetensors file",
      unknown: "no file that this page knows",
    },
    advice: {
      network:
        "expected model.safetensors, weights of PyTorch (.pth, .pt, .ckpt, .safetensors) or .nir. Those of other libraries are built and trained anew.",
      onnx: "expected the weights that it was exported from: model.safetensors, a file of PyTorch (.pth, .pt, .ckpt, .safetensors), or .nir. ONNX is written here, by “Deploy”, and not read.",
      archive: "expected the files themselves. Unpack it and drop what is inside.",
      data: "expected IDX files, as MNIST has them, or pictures with their class in the name; for a network that takes sequences also recordings of events or .npy arrays. Convert it first.",
      experiment:
        "expected model.safetensors. Run it with atif train, or drop it together with the weights that it describes.",
      page: "expected model.safetensors, IDX files or pictures. A server may have sent an error in place of the file: download it again.",
      unknown:
        "expected model.safetensors, weights of PyTorch, .nir, IDX files as MNIST has them, or pictures.",
    },
    noReader:
      "What reads files of other tools could not be loaded: the server of this page does not answer. Try again when it does.",
  },

  data: {
    mixed: (pictures: number, others: number) =>
      `${counted(pictures, "picture")} and ${counted(others, "other file")} came; expected one kind. Drop pictures, or IDX files, alone.`,
    noPair: (of: "training" | "test", files: readonly string[]) =>
      `The ${of} files are ${files.join(" and ")}; expected one with images, [N, H, W], and one with labels, [N]. Drop both together.`,
    none: "No file came; expected IDX files or pictures.",
    noClass: (path: string) =>
      `${path} does not say its class; expected it in the name, as in 3_mine.png or cat-1.jpg, or as the folder it lies in.`,
    tooFew: (pictures: number, count: number) =>
      `${counted(pictures, "picture")} of ${classes(count, null)} came; expected at least 10 pictures and two classes to learn from.`,
  },

  picture: {
    unreadable: (name: string) =>
      `${name} cannot be read as a picture; expected PNG, JPEG or another kind that browsers show.`,
    noCanvas: "This browser gives a worker no canvas, so pictures cannot be read here.",
    none: "There is no picture; drop one.",
  },

  recording: {
    none: "There is no recording for this network; drop one.",
    noSensor: (name: string, shape: string) =>
      `${name} is a recording of events, and this network takes ${shape} at a time step; expected one that takes frames of events, [height, width, 2] or [channels, 2].`,
    otherShape: (name: string, shape: string, expected: string) =>
      `${name} gives ${shape}; this network takes ${expected}, T time steps. Drop one that is made for it.`,
    tooLong: (name: string, steps: number, most: number) =>
      `${name} has ${grouped(steps)} time steps; expected at most ${grouped(most)}, what can be looked at. Cut it.`,
    tooLarge: (name: string, bytes: number, most: number) =>
      `${name} has ${grouped(bytes)} bytes; expected at most ${grouped(most)}. Cut it.`,
    notFinite: (name: string) =>
      `${name} holds what is no finite number, or nothing; expected numbers alone.`,
  },

  network: {
    unseen: (shape: string) =>
      `This network takes inputs of shape ${shape}; expected images, [height, width, channels], or numbers in a row, which this page can draw.`,
    misfit: (
      network: { shape: string; classes: number; names: readonly string[] | null },
      data: { name: string; shape: string; classes: number; names: readonly string[] | null },
    ) =>
      `This network takes images of ${network.shape} and knows ${classes(network.classes, network.names)}, but the data "${data.name}" ` +
      `are ${data.shape} with ${classes(data.classes, data.names)}. Drop the data it was trained on, or draw.`,
    noNeuron: "This neuron is not in the network any more; pick another.",
    notReady: "The page is not ready yet; wait a moment.",
  },

  shipped: {
    name: "the digits network",
    notLoaded: (address: string, why: string) =>
      `The network that comes with this page could not be loaded from ${address}: ${why} ` +
      "The page shows a new network that has learned nothing yet: train it, or drop a model. For whoever runs the server: " +
      "all files of the page must be there, as npm run build:page writes them.",
    noAnswer: (why: string) => `the server does not answer (${why}).`,
    status: (status: string) => `the server answers ${status}; expected the file.`,
  },

  /** What a file of another tool does not say of its network, and in which form it is to be said. */
  asks: {
    inputShape: "channels last, such as [28, 28, 1], unless the description says it",
    timesteps: "T, a whole number of at least 1, unless the description says it",
    dt: "the length of a time step, in the unit of the file's time constants",
    name: "which [[model]] of the experiment file, if it has several",
    key: (keys: string) => `where in the file the state dict stands: ${keys}`,
  },

  /** What spiking layers are called, by the weights before them; null: there is one alone. */
  layers: {
    convolution: numbered("Convolution"),
    hidden: numbered("Hidden"),
    recurrent: numbered("Recurrent"),
    other: numbered("Layer"),
  },

  /** Names that files keep, as they are shown. */
  yourPictures: "your pictures",
  yourImages: "your images",

  address: {
    noAddress: (given: string) =>
      `The model of the address is ${given}; expected the address of a file, such as model.safetensors.`,
    notFetched: (address: string) => `The model could not be fetched from ${address}.`,
    elsewhere: "Its server has to allow other pages to read it (CORS), by https.",
    status: (address: string, status: number) =>
      `The model could not be fetched from ${address}: the server says ${status}.`,
    tooLong: (address: string, bytes: number) =>
      `${address} has more than ${grouped(bytes)} bytes; expected the file of a network.`,
  },
};

export type Problems = typeof englishProblems;
