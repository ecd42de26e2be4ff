/**
 * English: every word of the page, by place and meaning. Other languages are tables of the same shape (`Words`), so that a row
 * that is missing, or left over, does not compile. Numbers come as they are shown (format.ts), and as numbers where the
 * word beside them depends on how many there are.
 */

import type { HealthFinding } from "atif";
import { english as drawingsInEnglish } from "../../elements/words.js";
import { counted, grouped } from "../format.js";
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

  draw: {
    invitation: {
      digit: "Draw a digit, or drop a picture of one.",
      other: "Draw, or drop a picture of what this network knows.",
    },
    lead: "The network looks at it anew with every line: the same image at every time step, and after each step an answer. The first is a guess; with every further step it becomes finer.",
    orDraw: "or draw one yourself",
    story: {
      changed: (first: string, last: string, timesteps: number): Text =>
        text`After ${b("1 step")} the network says ${b(first)}. After ${b(steps(timesteps))} it says ${b(last)}: it has changed its mind.`,
      kept: (answer: string, timesteps: number): Text =>
        text`The network says ${b(answer)}, after the first step and after ${steps(timesteps)}.`,
      isRight: "That is right.",
      isWrong: (label: string) => `That is wrong: it is ${label}.`,
    },
    sampleBefore: "Show the held-out image before",
    sampleAfter: "Held-out image ›",
    seen: "The image as the network sees it",
    blankPicture: (name: string): Text =>
      text`${b(`Nothing to see in ${name}`)}: it is blank, so there is no answer.`,
    blankDrawing: text`${b("Nothing drawn")}, so there is no answer.`,
    chance: text`${b("Untrained: chance.")} This network has learned nothing yet. Its scores come from its first weights, which were drawn at random; train it, and it answers.`,
    answers: (after: readonly number[]) =>
      `The answer after ${after.slice(0, -1).join(", ")} and ${after.at(-1) ?? 0} time steps`,
    /** The verdict is on an image whose class is known. */
    ahead: (lead: string, verdict: "right" | "wrong" | "") =>
      `${verdict === "" ? "" : `${verdict}, `}${lead} ahead`,
    spikes: (count: number) => counted(count, "spike"),
    scores: "Scores after each step.",
    score: "score",
    scoreAt: (name: string, step: number, score: string) => `${name} after step ${step}: ${score}`,
    beyond: (timesteps: number) => `Hatched: beyond its ${counted(timesteps, "step")}.`,
    beyondTrained: "beyond its T",
    scoresMeanNothing: "None of them means anything yet.",
    highestScore: "The highest is the answer.",
    step: "step",
    goToStep: (step: number) => `Go to step ${step}`,
  },

  /** How what the network sees came about. */
  seen: {
    line: "This network takes no images: the height of your line, from left to right, gives its numbers, from 0 to 1.",
    row: (name: string) => `This network takes no images: ${name} is scaled down to a row.`,
    picture: {
      uciDigits: (name: string) =>
        `${name}, cut to its ink and brought to the size and the thickness of the UCI digits.`,
      mnist: (name: string) =>
        `${name}, cut to its ink and brought to the size of MNIST's digits, its centre of mass in the middle.`,
      clothes: (name: string) =>
        `${name}, cut to what is in it and scaled until it fills the image, as those of Fashion-MNIST.`,
      whole: (name: string) =>
        `${name}, scaled to its size as a whole, with paper around what is not of its shape.`,
    },
    sample: (number: number, label: string, isUntrained: boolean) =>
      `Held-out image ${grouped(number)}${isUntrained ? "" : ", kept apart from those to learn from"}. Its class is ${label}.`,
    drawnAsLearned:
      "Your drawing is brought to the size and the thickness of the digits it has learned from.",
    drawn: (digits: "uci" | "mnist", isOfOthers: boolean) =>
      `Your drawing is brought to the size and the thickness of ${digits === "uci" ? "the UCI digits" : "MNIST's digits"}${isOfOthers ? "; this network may have learned from other images" : ""}.`,
  },

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

  train: {
    lead: (train: number, test: number, isThetaLearned: boolean): Text =>
      text`The network sees ${counted(train, "image")} again and again, a few at a time. After each batch every weight moves a little so that the error gets smaller, ${isThetaLearned ? "and so does" : "but not"} the threshold ${i("θ")} of every layer. After each round (an ${em("epoch")}) it is tested on ${counted(test, "image")} that it never learns from.`,
    goOn: "Go on",
    pause: "Pause",
    start: "Start training",
    again: "Train again",
    oneBatch: "One batch",
    reset: "Reset",
    inUse: (moved: readonly { name: string; inUse: string; slider: string }[]) =>
      `In use: ${moved.map(({ name, inUse, slider }) => `${name} ${inUse} (slider: ${slider})`).join(", ")}.`,
    takesEffect: {
      idle: "“Start training” makes a new network with what the sliders say.",
      running: "The run goes on as it began; “Reset” makes a new network with what the sliders say.",
      paused: "“Go on” goes on as the run began; “Reset” makes a new network with what the sliders say.",
      finished: "“Train again” makes a new network with what the sliders say.",
      failed: "“Train again” makes a new network with what the sliders say.",
    },
    /** Of a run whose result an address carries. Hashes are 16 digits. */
    reproduced: {
      same: (hash: string): Text =>
        text`${b("Reproduced to the bit.")} The weights of this run are those of the run that was shared (${code(hash)}).`,
      other: (shared: string, own: string): Text =>
        text`${b("Not reproduced.")} This run came to other weights (${code(own)}) than the one that was shared (${code(shared)}). That one may have been made by another version of this page.`,
      otherData: text`${b("Not comparable.")} The run that was shared learned from other data than those at hand. Drop them, and train again.`,
      noHash: text`${b("Not comparable.")} The browser computes no hashes on a page that came by http from another host.`,
      wanted: (hash: string): Text =>
        text`The address carries the result of a run with these settings (${code(hash)}). Train, and the page says whether it is reproduced to the bit.`,
      own: (hash: string): Text =>
        text`The result of this run is ${code(hash)}. The address carries it: whoever opens it can repeat the run and compare.`,
    },
    progress: "Progress of the training",
    states: {
      idle: "not started",
      running: "learning",
      paused: "paused",
      finished: "finished",
      failed: "stopped",
    },
    figures: {
      state: "state",
      epoch: "epoch",
      accuracy: "held-out accuracy",
      spikes: "spikes per image",
      speed: "images per second",
      timeLeft: "time left",
    },
    countOf: (count: number, all: number) => `${grouped(count)} of ${grouped(all)}`,
    charts: {
      loss: "Loss: how wrong the network is",
      lossOfEach: "loss of each batch",
      lossOfMany: (batches: number) => `loss of ${grouped(batches)} batches each, the mean`,
      accuracy: "Accuracy: share of images that are right",
      whileLearning: "while learning",
      heldOut: "held out",
      thetas: "Thresholds θ, one per layer",
      pale: "Pale curves are those of the run before.",
      rates: "Firing rates: share of steps with a spike",
      batch: "batch",
      epoch: "epoch",
    },
    settings: "Settings of the training",
    groups: { network: "Network", neurons: "Neurons", training: "Training" },
    data: "Digits",
    dataKinds: { still: "that stand still", moving: "that move, as events" },
    dataHint:
      "Moving digits are what a simulated event camera of 16 × 16 pixels writes while each digit moves: another frame at every time step. It takes some seconds to make them.",
    kind: "Kind",
    kinds: { convolutions: "with convolutions", dense: "hidden neurons only" },
    threshold: "Threshold θ",
    thresholds: { learned: "is learned, one per layer", fixed: "stays fixed" },
    sliders: {
      channels: (convolution: number) => `Channels of convolution ${convolution}`,
      hidden: "Hidden neurons",
      layer1: "Neurons of layer 1",
      layer2: "Neurons of layer 2",
      timesteps: "Time steps T",
      thetaLow: "θ starts from",
      thetaHigh: "θ starts up to",
      theta: "θ of every layer",
      alpha: "Steepness α",
      learningRate: "Learning rate",
      epochs: "Epochs",
      batchSize: "Batch size",
      seed: "Seed",
    },
    hints: {
      timesteps: "How often the network looks at the image. More steps: finer, and slower.",
      thetaHigh: "Each layer draws its first threshold between these two.",
      theta: "It stays so; weights alone are learned. Each spike counts 1 (IFNode, soft reset).",
      alpha: "How narrowly around θ a neuron learns.",
      seed: "The same seed gives the same network, to the last bit.",
    },
    /** In the middle of a sentence. */
    names: {
      data: "digits",
      network: "kind of network",
      channels1: "channels of convolution 1",
      channels2: "channels of convolution 2",
      hidden: "hidden neurons",
      hidden2: "neurons of layer 2",
      timesteps: "T",
      fixedTheta: "θ",
      thetaLow: "lowest first θ",
      thetaHigh: "highest first θ",
      alpha: "α",
      learningRate: "learning rate",
      epochs: "epochs",
      batchSize: "batch size",
      seed: "seed",
    },
    dataNames: { still: "still", moving: "moving" },
    kindNames: { convolutions: "convolutions", dense: "dense" },
    thetaNames: { learned: "learned" },
  },

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
  foreign: {
    asked: (file: string) => `What ${file} does not say`,
    facts: {
      inputShape: "Shape of the input",
      timesteps: "Time steps T",
      kind: "Kind of network",
      stepMode: "Step mode",
      neuron: "Neurons",
      strides: "Strides",
      paddings: "Paddings",
      poolSizes: "Pool sizes",
      prepool: "Pooling of the input",
      postpool: "Pooling of the last map",
      dropouts: "Dropouts",
      dt: "Length of a time step",
      name: "Name in the description",
      key: "Key of the state dict",
    },
    describe: "Or a description of all of it",
    describeHelp:
      "The experiment file of Qualia (TOML), or its architecture or a list of its layers (JSON): paste the text, or drop the file on the page.",
    open: "Open the network",
    leave: "Leave it",
    aFile: "the file",
    kept: (name: string) => `What was kept of ${name}`,
    verdict: "Verdict:",
    verdicts: { exact: "exact", approximate: "approximate", unsupported: "unsupported" },
    meaning: {
      exact: "the same spikes and scores as where it comes from, up to the order of sums",
      approximate: "something was lost that changes what the network computes",
      unsupported: "it cannot be said here",
    },
  },
};

export type Words = typeof english;
