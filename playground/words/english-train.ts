/** English words of the panel that trains. */

import { counted, grouped } from "../format.js";
import { b, code, em, i, text, type Text } from "./text.js";

export const englishTrain = {
  lead: (train: number, test: number, isThetaLearned: boolean): Text =>
    text`The network sees ${counted(train, "image")} again and again, a few at a time. After each batch every weight moves a little so that the error gets smaller, ${isThetaLearned ? "and so does the threshold" : "while the threshold"} ${i("θ")} ${isThetaLearned ? "of every layer" : "stays as it is"}. After each round (an ${em("epoch")}) it is tested on ${counted(test, "image")} that it never learns from.`,
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
};
