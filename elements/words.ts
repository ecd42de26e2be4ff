/** What the drawings say, in English; a page in another language gives them its own table. */

import { counted, grouped } from "./format.js";

const steps = (count: number): string => counted(count, "time step");

export const english = {
  neuron: (layer: string, number: number) => `${layer}, neuron ${grouped(number)}`,
  place: (row: number, column: number, channel: number) =>
    `row ${grouped(row)}, column ${grouped(column)}, channel ${grouped(channel)}`,
  spikeAt: (neuron: string, step: number, fired: boolean) =>
    `${neuron}, time step ${step}: ${fired ? "a spike" : "no spike"}.`,
  picked: (neuron: string) => `The potential of ${neuron} is shown.`,
  pen: { up: "The pen is up.", down: "The pen is down." },
  draw: {
    here: "Draw here",
    clear: "Clear",
    square: "drawing square",
    squareHelp:
      "Square to draw a digit on. With the keyboard: arrow keys move the pen, the space bar lowers and lifts it.",
  },
  raster: {
    closer: "Closer",
    further: "Further",
    up: "Move up",
    down: "Move down",
    all: (neurons: number) => `All ${counted(neurons, "neuron")}`,
    role: "spike raster",
    help: (neurons: number, timesteps: number) =>
      `Spikes of ${counted(neurons, "neuron")} over ${steps(timesteps)}. Arrow keys point at a neuron and a step, Enter shows its potential, plus and minus zoom.`,
    hint: "Time steps from left to right, neurons from top to bottom. Point at a neuron to see its name, click to see its potential. Drag with the mouse to move, Ctrl and the wheel or two fingers to zoom.",
  },
  membrane: {
    label: (timesteps: number, theta: string, count: number) =>
      `Potential over ${steps(timesteps)} against the threshold ${theta}; the neuron fires ${counted(count, "time")}.`,
    charge: "charge: the input is added",
    spike: "spike: the potential has reached θ",
    reset: "reset: θ is subtracted, the rest is kept",
    step: (step: number, input: string, before: string, charged: string) =>
      `Step ${step}: input ${input}, potential ${before} → ${charged}`,
    fired: (rest: string) => `, a spike, and ${rest} stay.`,
    notFired: ", no spike.",
    inAll: (count: number, timesteps: number) =>
      `In all ${counted(count, "spike")} in ${counted(timesteps, "step")}.`,
  },
  stairs: {
    label: (layer: string, timesteps: number, theta: string, clipped: string) =>
      `Staircase of ${layer} with ${counted(timesteps, "step")} up to ${theta}; ${clipped} of the inputs are above it.`,
    /** 48 letters at most: on a phone they are large. */
    axis: "mean input of a neuron over its T steps",
    legend: {
      staircase: "what the neuron tells on, its mean output",
      ideal: "the input itself, without steps and ceiling",
      bars: "how often an input occurs (root scale)",
      clipped: "above θ: clipped",
    },
  },
};

/** A table of the same rows. */
export type DrawingWords = typeof english;

/** As a drawing reads it when it is drawn. */
export let drawingWords: DrawingWords = english;

/** Before anything is drawn. */
export function setDrawingWords(words: DrawingWords): void {
  drawingWords = words;
}
