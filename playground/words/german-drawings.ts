/** Deutsch: Wörter der Zeichnungen, die auch andere Seiten zeigen. */

import { counted, grouped } from "../format.js";
import type { Words } from "./english.js";

const steps = (count: number): string => counted(count, "Zeitschritt", "Zeitschritte");
const spikes = (count: number): string => counted(count, "Spike", "Spikes");
const neurons = (count: number): string => counted(count, "Neuron", "Neuronen");

export const germanDrawings: Words["drawings"] = {
  neuron: (layer, number) => `${layer}, Neuron ${grouped(number)}`,
  place: (row, column, channel) =>
    `Zeile ${grouped(row)}, Spalte ${grouped(column)}, Kanal ${grouped(channel)}`,
  spikeAt: (neuron, step, fired) => `${neuron}, Zeitschritt ${step}: ${fired ? "ein Spike" : "kein Spike"}.`,
  picked: (neuron) => `Gezeigt wird das Potential von ${neuron}.`,
  pen: { up: "Der Stift ist oben.", down: "Der Stift ist unten." },
  draw: {
    here: "Hier zeichnen",
    clear: "Löschen",
    square: "Zeichenfeld",
    squareHelp:
      "Feld, auf dem man eine Ziffer zeichnet. Mit der Tastatur: Pfeiltasten bewegen den Stift, die Leertaste senkt und hebt ihn.",
  },
  raster: {
    closer: "Näher",
    further: "Weiter weg",
    up: "Nach oben",
    down: "Nach unten",
    all: (count) => (count === 1 ? "1 Neuron" : `Alle ${neurons(count)}`),
    role: "Spike-Raster",
    help: (count, timesteps) =>
      `Spikes von ${neurons(count)} über ${steps(timesteps)}. Pfeiltasten zeigen auf ein Neuron und einen Schritt, die Eingabetaste zeigt sein Potential, Plus und Minus vergrößern und verkleinern.`,
    hint: "Zeitschritte von links nach rechts, Neuronen von oben nach unten. Zeigen Sie auf ein Neuron, um seinen Namen zu sehen, klicken Sie, um sein Potential zu sehen. Ziehen Sie mit der Maus zum Verschieben; Strg und das Mausrad oder zwei Finger vergrößern.",
  },
  membrane: {
    label: (timesteps, theta, count) =>
      `Potential über ${steps(timesteps)} gegen die Schwelle ${theta}; das Neuron feuert ${grouped(count)}-mal.`,
    charge: "Laden: Die Eingabe wird addiert",
    spike: "Spike: Das Potential hat θ erreicht",
    reset: "Rücksetzen: θ wird abgezogen, der Rest bleibt",
    step: (step, input, before, charged) =>
      `Schritt ${step}: Eingabe ${input}, Potential ${before} → ${charged}`,
    fired: (rest) => `, ein Spike, und ${rest} bleiben.`,
    notFired: ", kein Spike.",
    inAll: (count, timesteps) =>
      `Insgesamt ${spikes(count)} in ${counted(timesteps, "Schritt", "Schritten")}.`,
  },
  stairs: {
    label: (layer, timesteps, theta, clipped) =>
      `Treppe von ${layer} mit ${counted(timesteps, "Stufe", "Stufen")} bis ${theta}; ${clipped} der Eingaben liegen darüber.`,
    axis: "mittlere Eingabe eines Neurons in T Schritten",
    legend: {
      staircase: "was das Neuron weitersagt, seine mittlere Ausgabe",
      ideal: "die Eingabe selbst, ohne Stufen und Grenze",
      bars: "wie oft eine Eingabe vorkommt (Wurzelskala)",
      clipped: "über θ: abgeschnitten",
    },
  },
};
