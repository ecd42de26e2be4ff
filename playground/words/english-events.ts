/** English words for networks that take sequences, loaded with the first of them. Other languages are tables of the same shape. */

import { counted, figure, grouped } from "../format.js";

export const englishEvents = {
  motion: "It moves",
  motions: {
    saccades: "as an eye does, in three jumps",
    right: "to the right",
    left: "to the left",
    up: "up",
    down: "down",
  },
  /** What there is to do, by what the network takes. */
  invitation: {
    events:
      "Draw a digit, or drop a picture of one, or a recording of an event camera. What you draw moves before a simulated event camera, and the network sees what that writes: another frame at every time step, and after each an answer.",
    video:
      "Draw a digit, or drop a picture of one, or an array with an image per time step (.npy). What you draw moves, and the network sees it as a film: another image at every time step, and after each an answer.",
    coded:
      "Draw, or drop a picture. An encoder makes a sequence of it, as this network learned: another input at every time step, and after each an answer.",
    rows: "Nothing can be drawn for this network: it takes sequences of numbers. Drop an array with a row per time step (.npy), or a recording of events if its sensor is that of the network.",
  },
  nothingShown: "It is shown a sequence without anything in it, so there is no answer.",
  /** How what the network sees came about. */
  seen: {
    events:
      "It moves for 0.3 seconds before a simulated event camera, whose events are counted into a frame for each time step. The same drawing gives the same events.",
    video: "It moves, and the network sees one image of the film at each time step.",
    coded:
      "An encoder has made another input of it for each time step, as for the samples that the network learned from.",
  },
  drawing: "Your drawing is brought to the size of a digit.",
  picture: (name: string) => `${name} is brought to the size of a digit.`,
  recording: (name: string, timesteps: number) => `${name}, in ${counted(timesteps, "time step")}.`,
  /** Beside steps that a sequence has, and the network was not made for. */
  beyond: (timesteps: number) =>
    `Steps after ${timesteps} are hatched: the network was made for ${timesteps}, and the sequence is longer.`,

  view: {
    title: "What it sees, step by step",
    lead: {
      events:
        "Each pixel of an event camera writes by itself, when it becomes brighter (on) or darker (off).",
      video: "One image of the film at each time step: dark is much, white is nothing.",
      coded: "What the encoder makes of the image at each time step: dark is much, white is nothing.",
      rows: "Time steps from left to right, the numbers of a time step from top to bottom.",
    },
    on: "on, brighter",
    off: "off, darker",
    both: "both",
    role: "frame of a sequence",
    help: (timesteps: number) =>
      `What the network sees at a time step, of ${grouped(timesteps)}. Arrow keys move over it, Page Up and Page Down from step to step.`,
    rowsHelp: (rows: number, timesteps: number) =>
      `${counted(rows, "row")} over ${counted(timesteps, "time step")}. Arrow keys move over it.`,
    hint: "Point at a pixel to read what is in it. A click on a step goes to it; Play, above, goes through all.",
    steps: "Events at each time step",
    sums: "In all at each time step",
    step: (step: number, on: number, off: number) => `Step ${step}: ${grouped(on)} on, ${grouped(off)} off`,
    stepSum: (step: number, sum: number) => `Step ${step}: ${figure(sum)} in all`,
    inAll: (timesteps: number, on: number, off: number) =>
      `${counted(timesteps, "time step")}, ${grouped(on)} on events and ${grouped(off)} off events in all.`,
    sumInAll: (timesteps: number, sum: number) =>
      `${counted(timesteps, "time step")}, ${figure(sum)} in all.`,
    pixel: (row: number, column: number, step: number) => `Row ${row}, column ${column} at step ${step}: `,
    place: (row: number, step: number) => `Row ${row} at step ${step}: `,
    events: (on: number, off: number) => `${figure(on)} on, ${figure(off)} off.`,
    value: (value: number) => `${figure(value)}.`,
    count: (count: number) => counted(count, "event"),
  },

  stairs:
    "A staircase is what a neuron makes of an input that stays the same. Here inputs change from step to step: the bars are their means over the sequence, and the table says how far the neurons are from the staircase because of that.",
  stairsTime: (timesteps: number) => `A sequence has its own: ${counted(timesteps, "step")}.`,
};

export type EventWords = typeof englishEvents;
