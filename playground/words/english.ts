/**
 * English: every word of the page, by place and meaning. Other languages are tables of the same shape (`Words`), so that a row
 * that is missing, or left over, does not compile. Numbers come as they are shown (format.ts), and as numbers where the
 * word beside them depends on how many there are.
 */

import type { HealthFinding } from "atif";
import { english as drawingsInEnglish } from "../../elements/words.js";
import { counted, grouped } from "../format.js";
import { englishDraw, englishSeen } from "./english-draw.js";
import { englishForeign } from "./english-foreign.js";
import { englishTrain } from "./english-train.js";
import { b, code, em, i, text, type Text } from "./text.js";

const steps = (count: number): string => counted(count, "time step");

export const english = {
  page: {
    documentTitle: "atif: see it think",
    description:
      "Train a spiking neural network in your browser and see every spike that leads to its answer.",
    /** Of the page, for other sites. */
    picture: "A network of spiking neurons reads a digit, time step by time step.",
    skip: "Skip to the content",
    title: "See it think",
    lead: text`A ${em("spiking")} neural network reads a digit: its neurons add up what they receive, and fire when the sum reaches a threshold ${i("θ")} that they have ${em("learned")}.`,
    sections: {
      network: "The network",
      draw: "Draw a digit",
      neuron: "One neuron",
      stairs: "The staircase",
      train: "Train",
      inside: "Look inside",
      compare: "Compare two runs",
      health: "Threshold health",
      deploy: "Deploy",
      carry: "Open and save",
      about: "About this page",
    },
    /** What there is to see behind a closed panel. */
    teasers: {
      neuron: "inputs × weights, θ, a spike",
      stairs: "what θ rounds and cuts off",
      train: "your own network, in this tab",
      inside: "every spike of every neuron",
      compare: "this one and the last",
      health: "layers that are not well",
      deploy: "integers, C, ONNX, NIR",
      carry: "models, data, pictures, a link",
      about: "threads, frames, sources",
    },
    footer: text`Computed by ${b("atif")}, the same library and kernels as on the command line. The digits are from the UCI repository (E. Alpaydin, C. Kaynak, 1998), CC BY 4.0.`,
    close: "Close",
    details: "What the library says",
    documentation: "Documentation",
    wholePage: "Open this on the whole page",
    theme: "Colours",
    themes: { system: "as the system", light: "light", dark: "dark" },
  },

  status: {
    failed: "The page cannot compute: the message says why. Load it again.",
    loading: "Loading the network …",
    origins: {
      shipped: "the digits network that comes with this page",
      new: "a new network that has learned nothing yet",
      trained: "the network you train",
      file: "a file",
    },
    network: (network: string, timesteps: number, parameters: number): Text =>
      text`Network: ${b(network)}, ${steps(timesteps)}, ${counted(parameters, "weight")}`,
    accuracy: (accuracy: string, dataset: string | null) =>
      `, ${accuracy} of held-out ${dataset ?? "data"} right`,
    computing: (threads: number, isolated: boolean) =>
      `Computing on ${threads === 1 ? "one thread" : `${threads} threads`}${isolated ? "" : " (this server sends no cross-origin isolation headers, which more would need)"}.`,
    crashed: (message: string) =>
      `The part of the page that computes has stopped (${message || "it could not be loaded"}). Load the page again.`,
  },

  about: {
    lead: text`Everything is computed in this tab, by ${b("atif")}: the library and the kernels of the command line. Nothing that you draw or open leaves it.`,
    data: "data at hand",
    dataOf: (name: string, train: number, test: number) =>
      `${name}: ${grouped(train)} to learn from, ${grouped(test)} held out`,
    threads: "threads",
    lateFrames: "late frames while the network learned",
  },

  /** The network from left to right. */
  strip: {
    label: "The network, from its input to its answer",
    input: "Input",
    answer: "Answer",
    pixels: (height: number, width: number) => `${grouped(height)} × ${grouped(width)}`,
    fires: (rate: string) => `fires ${rate}`,
    after: (step: number) => `after ${counted(step, "step")}`,
    reads: (sources: readonly string[]) => (sources.length === 0 ? "" : ` reads ${sources.join(" and ")}`),
    beyond: (timesteps: number) => `beyond T = ${timesteps}`,
  },

  /** What is said when something was done, or cannot be. */
  notices: {
    otherSize:
      "The held-out images are of another size than this network takes. Drop the data it was trained on, or draw.",
    manyFiles: (count: number) =>
      `These are ${count} files; expected one model, or data. Drop them one after another.`,
    manyTexts: (names: readonly string[]) =>
      `${names.join(" and ")} came; expected one file that describes the network. Drop it alone.`,
    longText: (name: string, bytes: number, most: number) =>
      `${name} has ${grouped(bytes)} bytes; expected at most ${grouped(most)}, an experiment file or an architecture.`,
    picture: (name: string) => `The network looks at ${name}.`,
    recording: (name: string) => `The network is shown ${name}, step by step.`,
    loaded: (name: string, kind: string, timesteps: number) =>
      `${name} is loaded: ${kind}, ${steps(timesteps)}.`,
    kept: (verdict: string) => ` What was kept of it is ${verdict}.`,
    data: (name: string, train: number, test: number) =>
      `${name}: ${counted(train, "image")} to learn from, ${grouped(test)} held out. Start training.`,
    notCopied: "The browser did not let the page copy. Select the text beside the button and copy it.",
    copied: "The address is copied. Whoever opens it gets this page as it is now.",
    citationCopied: "The citation is copied.",
    settings: "The page is as the address says.",
    /** What the address says and cannot be. */
    addressParts: {
      settings: "a setting",
      motion: "the motion of the drawing",
      drawing: "the drawing",
      image: "the held-out image",
      layer: "the layer",
      thetas: "the thresholds that were moved",
      timesteps: "T of the staircases",
      result: "the hash of a result",
    },
    unusable: (parts: readonly string[]) =>
      `Part of the address is damaged, or not what this page writes: ${parts.join(", ")}. The rest is as it says.`,
    noSample: (number: number, count: number) =>
      `The address asks for held-out image ${grouped(number)}, and there are ${grouped(count)}. The first one is shown.`,
    otherLayers: (layers: number) =>
      `The address selects a layer, or moves thresholds, of another network: this one has ${counted(layers, "spiking layer")}. They are left as they were.`,
    noBatchLeft: (epochs: number) =>
      `${counted(epochs, "epoch is", "epochs are")} over, so there is no batch left. ` +
      "Train again begins anew with the settings as they are; Reset gives a network that has learned nothing.",
  },

  /** Read to those who do not see the page. */
  /** Of the drawings, which others show, too. */
  drawings: drawingsInEnglish,

  announced: {
    accuracy: (accuracy: string) => ` ${accuracy} of held-out images right.`,
    training: {
      running: "Training runs.",
      paused: "Training is paused.",
      finished: "Training is finished.",
    },
    blank: "There is nothing to see, so there is no answer.",
    untrained: "The network is untrained, so its answer is chance.",
    answer: (timesteps: number, last: string, first: string) =>
      `After ${steps(timesteps)} the answer is ${last}; after the first it was ${first}.`,
    label: (name: string) => ` The class is ${name}.`,
  },

  draw: englishDraw,

  /** How what the network sees came about. */
  seen: englishSeen,

  neuron: {
    lead: text`A neuron adds what it receives, its inputs times its weights, to its potential ${i("v")}. When that reaches the threshold ${i("θ")}, it fires a spike and subtracts ${i("θ")}; the rest stays for the next step. Select a layer above for one of its neurons, and play the steps.`,
    before: "The neuron before",
    after: "The next neuron",
    atStep: (step: number) => `At step ${step}`,
    adds: "It adds what it receives, x:",
    compares: "It compares with its threshold:",
    fires: "It fires.",
    isSilent: "It stays silent.",
    subtracts: "It subtracts the threshold, and keeps the rest:",
    keeps: "It keeps all of it:",
    resets: "It goes on with:",
    received: (arrived: number, count: number) =>
      `Inputs × weights: ${grouped(arrived)} of ${counted(count, "place")} that it reads have sent something. What lies between, pooling and normalisation, is in the weight.`,
    from: "from",
    value: "input",
    weight: "weight",
    product: "product",
    others: (count: number) => counted(count, "other"),
    constant: "what it receives in any case",
    sum: "x, what it receives in all",
    notApart:
      "What this neuron receives cannot be taken apart: something before it keeps a state of its own.",
  },

  lessons: {
    title: "Try this:",
    names: {
      small: "θ too small",
      large: "θ too large",
      oneStep: "T = 1",
      silent: "A silent layer",
      learned: "Learned against fixed",
      fourBits: "4 bits",
    },
    end: "Put everything back",
    told: {
      small: text`${b("The first layer has a seventh of its θ.")} Above, it fires far more often. In its staircase below, the red bars are inputs above ${i("θ")}: they are all clipped to the same. The table tells what is left of the accuracy.`,
      large: text`${b("The first layer has four times its θ.")} Above, it hardly fires. In its staircase below, the steps have become so wide that most inputs lie below the first one and vanish.`,
      oneStep: text`${b("One time step.")} A neuron can fire or not: its staircase has a single step. Above, the answer is the first guess; the table tells what the other steps were worth.`,
      silent: text`${b("The second layer has a hundred times its θ.")} Nothing reaches it, so it never fires, and what comes after sees the same for every image. Draw what you like: the answer does not follow any more.`,
      fourBits: text`${b("Weights of 4 bits.")} The panel for devices brings the network to whole numbers: see what it costs in accuracy, and what it saves in memory.`,
    },
  },

  compare: {
    lead: "Train, change one setting, and train again: the run before stays here, and as pale curves in the charts. One change at a time tells what it was good for.",
    none: "There is no run to compare yet.",
    what: "what",
    before: "the run before",
    now: "this run",
    caption:
      "Settings that differ, and what came out after the last epoch; accuracy and loss on held-out data.",
    same: "Both runs have the same settings, so they come to the same, to the last bit, as far as they have gone.",
    rows: {
      epochs: "epochs that are over",
      accuracy: "accuracy",
      best: "best accuracy of an epoch",
      loss: "loss",
      spikes: "spikes per image",
      theta: (layer: string) => `θ of ${layer}`,
      rate: (layer: string) => `firing rate of ${layer}`,
    },
  },

  inside: {
    lead: text`Every dot is a spike that the network fired while it looked at the image above. A neuron either fires or is silent; all it tells the next layer is ${em("when")}. Move through the time steps and see how the spikes of one layer charge the neurons of the next.`,
    noLayers: "This network has no spiking layers, so there are no spikes to show.",
    spikes: "Spikes",
    everyLayer: "Every layer",
    layers: "Layers of the raster",
    potential: "Potential of one neuron",
    pickOne: "Click a row of the raster or a pixel of a feature map.",
    maps: "Feature maps",
    mapsHelp:
      "One small picture per channel: blue where its neurons have fired up to this step, the more often the darker; red where they fire now.",
    stop: "Stop",
    play: "Play",
    timeStep: "Time step",
    stepOf: (step: number, timesteps: number) => `${step} of ${timesteps}`,
  },

  maps: {
    none: "This network has no convolutions, so there are no feature maps.",
    size: (layer: string, channels: number, height: number, width: number) =>
      `${layer}: ${counted(channels, "channel")} of ${height} × ${width}`,
    role: "feature maps",
    help: (layer: string) =>
      `Feature maps of ${layer}. Arrow keys move over a map, Page Up and Page Down from channel to channel, Enter shows the potential of the neuron.`,
    channel: (layer: string, channel: number) => `${layer}, channel ${channel}`,
    spikes: (neuron: string, count: number, step: number, firesNow: boolean) =>
      `${neuron}: ${counted(count, "spike")} in ${counted(step, "step")}${firesNow ? ", the last one now" : ""}.`,
  },

  stairs: {
    lead: text`Over T steps a neuron can fire 0, 1, … or T times, so what it tells the next layer has T + 1 levels: a staircase up to ${i("θ")}. The grey bars show what the neurons of a layer really receive from held-out images. A lower ${i("θ")} makes finer steps but cuts off more above it (${em("clipping")}); a higher one cuts off less but rounds more. Training finds the balance. Move ${i("θ")} or T and see what it was worth.`,
    whenPaused: "Measured when training pauses.",
    dropData: "Drop the data that this network was trained on, and its staircases are shown.",
    measuring: "Measuring …",
    noLayers: "This network has no spiking layers, so it has no staircases.",
    layer: "Layer",
    thetaOf: (layer: string) => `θ of ${layer}`,
    thetaAtFirst: (theta: string) => `At first: ${theta}. You can also drag the line in the picture.`,
    thetaLearned: (theta: string) => `Learned: ${theta}. You can also drag the line in the picture.`,
    thetaSet: (theta: string) => `Fixed: ${theta}. You can also drag the line in the picture.`,
    thetaFixed: "The mean of its neurons. It cannot be moved: each of them may have its own.",
    timesteps: "T, time steps of the whole network",
    madeFor: (timesteps: number) => `Made for ${timesteps}.`,
    trainedWith: (timesteps: number) => `Trained with ${timesteps}.`,
    restore: "Put everything back",
    copy: "This tries it on a copy, which the whole page shows. The network itself stays as it is.",
    rows: {
      accuracy: "held-out accuracy",
      spikes: "spikes per image, all layers",
      firingRate: "firing rate of this layer",
      rounding: "rounding error (root mean square)",
      clipping: "clipping error (root mean square)",
      clipped: "inputs above θ",
      vanished: "positive inputs below the first step",
      unevenness: "error because inputs change over time",
    },
    noStaircase: "no staircase",
    caption: (samples: number) => `On ${counted(samples, "held-out image")}; errors in units of the input.`,
    measured: "what is measured",
    asItIs: "as it is",
    asLearned: "as learned",
    asMoved: "as moved",
  },

  train: englishTrain,

  health: {
    lead: "A layer can fall silent, fire all the time, or learn a threshold so small that its spikes carry nothing. Such a layer is named here, with what to try. Rates are measured on held-out images.",
    noLayers: "This network has no spiking layers.",
    notYet: "Not measured yet: it is after every epoch, and when training pauses.",
    measuring: "Measuring …",
    dropData: "Drop the data that this network was trained on, and its layers are measured.",
    afterEpoch: (epoch: number) => `As it was after epoch ${epoch}.`,
    notMeasured: "not measured",
    well: "well",
    problems: {
      silent: "silent",
      "mostly silent": "mostly silent",
      saturated: "saturated",
      "theta near zero": "theta near zero",
    },
    /** As the library says it, figures included; other languages say it without, since the figures stand beside it. */
    finding: ({ sentence, advice }: HealthFinding) => `${sentence} ${advice}`,
    fires: (rate: string) => `, fires in ${rate} of its steps`,
    neverFire: (silent: number, neurons: number) =>
      `, ${grouped(silent)} of ${counted(neurons, "neuron")} never fire`,
  },

  figures: {
    save: (figure: string) => `Save ${figure}`,
    names: {
      raster: "the spikes",
      membrane: "the potential",
      staircase: "the staircases",
      curves: "the curves",
      health: "the health of the layers",
      events: "what it sees",
    },
  },

  carry: {
    drop: text`${b("Drop files anywhere on the page")}, or`,
    choose: "Choose files",
    files: "Files to load",
    kinds: [
      text`${code("model.safetensors")} of a run (${code("atif train")} writes one): the page shows that network.`,
      text`Networks of other tools: weights of PyTorch (${code(".pth")}, ${code(".pt")}, ${code(".ckpt")}, ${code(".safetensors")}), with the file that describes them if there is one, or ${code(".nir")}.`,
      text`Two or four IDX files, gzipped or not, such as MNIST's: the page trains on them.`,
      text`Pictures with their class in the name (${code("cat_1.png")}) or a folder per class: the page trains on them. One picture alone: the network looks at it.`,
      text`For a network that learned from sequences: a recording of events (${code(".bin")} of N-MNIST, ${code(".dat")}, AEDAT, ${code(".npy")}, ${code(".npz")}), or an array with a row per time step (${code(".npy")}).`,
    ] as const,
    nothingUploaded: "Nothing is uploaded: the files stay in this tab.",
    save: "Save the network",
    saveHelp: "Weights and thresholds in one file, which this page, the command line and PyTorch can read.",
    saveFile: (file: string) => `Save ${file}`,
    share: "Share the page as it is",
    shareHelp:
      "The address holds every slider, the drawing, the selected layer, thresholds and T that were moved, and the hash of a finished run. The same settings and the same data give the same network, to the last bit.",
    lacksInput: "What the network looks at is not in it: a picture from a file, or too long a drawing.",
    isOther: "The sliders have moved since the network at hand was made: it is another one.",
    cite: "Cite",
    citeHelp: "For what you found with this page or with the library:",
    copyCitation: "Copy the citation",
    address: "Address of the page as it is",
    copy: "Copy",
  },

  /** Networks of other tools. */
  foreign: englishForeign,
};

export type Words = typeof english;
