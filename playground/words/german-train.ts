/** Deutsch: Wörter für das Trainieren. */

import { counted, grouped } from "../format.js";
import type { Words } from "./english.js";
import { b, code, em, i, text } from "./text.js";

const images = (count: number): string => counted(count, "Bild", "Bilder");
/** "an 1 Bild", "an 360 Bildern" */
const imagesDative = (count: number): string => counted(count, "Bild", "Bildern");

export const germanTrain: Words["train"] = {
  lead: (train, test, isThetaLearned) =>
    text`Das Netz sieht ${images(train)} immer wieder, einige auf einmal. Nach jedem Batch bewegt sich jedes Gewicht ein wenig, sodass der Fehler kleiner wird, ${isThetaLearned ? "und ebenso die Schwelle" : "während die Schwelle"} ${i("θ")} ${isThetaLearned ? "jeder Schicht" : "bleibt, wie sie ist"}. Nach jeder Runde (einer ${em("Epoche")}) wird es an ${imagesDative(test)} getestet, aus denen es nie lernt.`,
  goOn: "Weiter",
  pause: "Anhalten",
  start: "Training starten",
  again: "Neu trainieren",
  oneBatch: "Ein Batch",
  reset: "Zurücksetzen",
  inUse: (moved) =>
    `In Gebrauch: ${moved.map(({ name, inUse, slider }) => `${name} ${inUse} (Regler: ${slider})`).join(", ")}.`,
  takesEffect: {
    idle: "„Training starten“ macht ein neues Netz mit dem, was die Regler sagen.",
    running:
      "Der Lauf geht weiter, wie er begann; „Zurücksetzen“ macht ein neues Netz mit dem, was die Regler sagen.",
    paused:
      "„Weiter“ setzt den Lauf fort, wie er begann; „Zurücksetzen“ macht ein neues Netz mit dem, was die Regler sagen.",
    finished: "„Neu trainieren“ macht ein neues Netz mit dem, was die Regler sagen.",
    failed: "„Neu trainieren“ macht ein neues Netz mit dem, was die Regler sagen.",
  },
  reproduced: {
    same: (hash) =>
      text`${b("Auf das Bit genau wiederholt.")} Die Gewichte dieses Laufs sind die des Laufs, der geteilt wurde (${code(hash)}).`,
    other: (shared, own) =>
      text`${b("Nicht wiederholt.")} Dieser Lauf kam zu anderen Gewichten (${code(own)}) als der, der geteilt wurde (${code(shared)}). Jener kann von einer anderen Version dieser Seite sein.`,
    otherData: text`${b("Nicht vergleichbar.")} Der geteilte Lauf lernte von anderen Daten als den jetzigen. Legen Sie sie ab und trainieren Sie noch einmal.`,
    noHash: text`${b("Nicht vergleichbar.")} Auf einer Seite, die über http von einem anderen Rechner kam, berechnet der Browser keine Hashes.`,
    wanted: (hash) =>
      text`Die Adresse enthält das Ergebnis eines Laufs mit diesen Einstellungen (${code(hash)}). Trainieren Sie, und die Seite sagt, ob es auf das Bit genau wiederholt ist.`,
    own: (hash) =>
      text`Das Ergebnis dieses Laufs ist ${code(hash)}. Die Adresse enthält es: Wer sie öffnet, kann den Lauf wiederholen und vergleichen.`,
  },
  progress: "Fortschritt des Trainings",
  states: {
    idle: "nicht begonnen",
    running: "lernt",
    paused: "angehalten",
    finished: "fertig",
    failed: "abgebrochen",
  },
  figures: {
    state: "Zustand",
    epoch: "Epoche",
    accuracy: "Genauigkeit auf Testdaten",
    spikes: "Spikes je Bild",
    speed: "Bilder je Sekunde",
    timeLeft: "verbleibende Zeit",
  },
  countOf: (count, all) => `${grouped(count)} von ${grouped(all)}`,
  charts: {
    loss: "Verlust: wie falsch das Netz liegt",
    lossOfEach: "Verlust jedes Batches",
    lossOfMany: (batches) => `Verlust von je ${grouped(batches)} Batches, im Mittel`,
    accuracy: "Genauigkeit: Anteil der richtigen Bilder",
    whileLearning: "beim Lernen",
    heldOut: "auf Testdaten",
    thetas: "Schwellen θ, eine je Schicht",
    pale: "Blasse Kurven sind die des Laufs davor.",
    rates: "Feuerraten: Anteil der Schritte mit einem Spike",
    batch: "Batch",
    epoch: "Epoche",
  },
  settings: "Einstellungen des Trainings",
  groups: { network: "Netz", neurons: "Neuronen", training: "Training" },
  data: "Ziffern",
  dataKinds: { still: "unbewegt", moving: "bewegt, als Ereignisse" },
  dataHint:
    "Bewegte Ziffern sind, was eine simulierte Ereigniskamera mit 16 × 16 Pixeln schreibt, während sich eine Ziffer bewegt: in jedem Zeitschritt ein anderes Bild. Sie zu machen dauert einige Sekunden.",
  kind: "Art",
  kinds: { convolutions: "mit Faltungen", dense: "nur verdeckte Neuronen" },
  threshold: "Schwelle θ",
  thresholds: { learned: "je Schicht gelernt", fixed: "bleibt fest" },
  sliders: {
    channels: (convolution) => `Kanäle der Faltung ${convolution}`,
    hidden: "Verdeckte Neuronen",
    layer1: "Neuronen der Schicht 1",
    layer2: "Neuronen der Schicht 2",
    timesteps: "Zeitschritte T",
    thetaLow: "θ beginnt ab",
    thetaHigh: "θ beginnt bis",
    theta: "θ jeder Schicht",
    alpha: "Steilheit α",
    learningRate: "Lernrate",
    epochs: "Epochen",
    batchSize: "Batchgröße",
    seed: "Startzahl (Seed)",
  },
  hints: {
    timesteps: "Wie oft das Netz das Bild ansieht. Mehr Schritte: feiner und langsamer.",
    thetaHigh: "Jede Schicht lost ihre erste Schwelle zwischen diesen beiden aus.",
    theta: "Es bleibt so; gelernt werden nur Gewichte. Jeder Spike zählt 1 (IFNode, weiches Zurücksetzen).",
    alpha: "Wie eng um θ herum ein Neuron lernt.",
    seed: "Dieselbe Startzahl gibt dasselbe Netz, bis auf das letzte Bit.",
  },
  names: {
    data: "Ziffern",
    network: "Art des Netzes",
    channels1: "Kanäle der Faltung 1",
    channels2: "Kanäle der Faltung 2",
    hidden: "verdeckte Neuronen",
    hidden2: "Neuronen der Schicht 2",
    timesteps: "T",
    fixedTheta: "θ",
    thetaLow: "kleinstes erstes θ",
    thetaHigh: "größtes erstes θ",
    alpha: "α",
    learningRate: "Lernrate",
    epochs: "Epochen",
    batchSize: "Batchgröße",
    seed: "Startzahl",
  },
  dataNames: { still: "still", moving: "bewegt" },
  kindNames: { convolutions: "mit Faltungen", dense: "nur verdeckte Neuronen" },
  thetaNames: { learned: "gelernt" },
};
