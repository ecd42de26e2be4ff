/** Deutsch: Wörter für Netze, die Folgen sehen. */

import { counted, figure, grouped } from "../format.js";
import type { EventWords } from "./english-events.js";

const steps = (count: number): string => counted(count, "Zeitschritt", "Zeitschritte");
const stepsDative = (count: number): string => counted(count, "Zeitschritt", "Zeitschritten");

export const germanEvents: EventWords = {
  motion: "Sie bewegt sich",
  motions: {
    saccades: "wie ein Auge, in drei Sprüngen",
    right: "nach rechts",
    left: "nach links",
    up: "nach oben",
    down: "nach unten",
  },
  invitation: {
    events:
      "Zeichnen Sie eine Ziffer, oder legen Sie ein Bild von einer ab oder die Aufnahme einer Ereigniskamera. Was Sie zeichnen, bewegt sich vor einer simulierten Ereigniskamera, und das Netz sieht, was die schreibt: in jedem Zeitschritt ein anderes Bild, und nach jedem eine Antwort.",
    video:
      "Zeichnen Sie eine Ziffer, oder legen Sie ein Bild von einer ab oder ein Array mit einem Bild je Zeitschritt (.npy). Was Sie zeichnen, bewegt sich, und das Netz sieht es als Film: in jedem Zeitschritt ein anderes Bild, und nach jedem eine Antwort.",
    coded:
      "Zeichnen Sie, oder legen Sie ein Bild ab. Ein Kodierer macht daraus eine Folge, wie dieses Netz es gelernt hat: in jedem Zeitschritt eine andere Eingabe, und nach jedem eine Antwort.",
    rows: "Für dieses Netz kann man nichts zeichnen: Es sieht Folgen von Zahlen. Legen Sie ein Array mit einer Zeile je Zeitschritt (.npy) ab oder eine Aufnahme von Ereignissen, wenn deren Sensor der des Netzes ist.",
  },
  nothingShown: "Ihm wird eine Folge gezeigt, in der nichts ist, also gibt es keine Antwort.",
  seen: {
    events:
      "Das Bild bewegt sich 0,3 Sekunden lang vor einer simulierten Ereigniskamera, deren Ereignisse für jeden Zeitschritt zu einem Bild gezählt werden. Dieselbe Zeichnung gibt dieselben Ereignisse.",
    video: "Das Bild bewegt sich, und das Netz sieht in jedem Zeitschritt eines aus dem Film.",
    coded:
      "Ein Kodierer hat daraus für jeden Zeitschritt eine andere Eingabe gemacht, wie bei den Beispielen, aus denen das Netz gelernt hat.",
  },
  drawing: "Ihre Zeichnung wird auf die Größe einer Ziffer gebracht.",
  picture: (name) => `${name} wird auf die Größe einer Ziffer gebracht.`,
  recording: (name, timesteps) => `${name}, in ${stepsDative(timesteps)}.`,
  beyond: (timesteps) =>
    `Schritte nach ${timesteps} sind schraffiert: Das Netz wurde für ${timesteps} gemacht, und die Folge ist länger.`,

  view: {
    title: "Was es sieht, Schritt für Schritt",
    lead: {
      events:
        "Jedes Pixel einer Ereigniskamera schreibt von selbst, wenn es heller (an) oder dunkler (aus) geworden ist.",
      video: "In jedem Zeitschritt ein Bild des Films: dunkel ist viel, weiß ist nichts.",
      coded: "Was der Kodierer in jedem Zeitschritt aus dem Bild macht: dunkel ist viel, weiß ist nichts.",
      rows: "Zeitschritte von links nach rechts, die Zahlen eines Zeitschritts von oben nach unten.",
    },
    on: "an, heller",
    off: "aus, dunkler",
    both: "beides",
    role: "Bild einer Folge",
    help: (timesteps) =>
      `Was das Netz in einem von ${stepsDative(timesteps)} sieht. Pfeiltasten bewegen sich darüber, Bild auf und Bild ab von Schritt zu Schritt.`,
    rowsHelp: (rows, timesteps) =>
      `${counted(rows, "Zeile", "Zeilen")} über ${steps(timesteps)}. Pfeiltasten bewegen sich darüber.`,
    hint: "Zeigen Sie auf ein Pixel, um zu lesen, was darin ist. Ein Klick auf einen Schritt geht zu ihm; „Abspielen“ oben geht durch alle.",
    steps: "Ereignisse in jedem Zeitschritt",
    sums: "Summe in jedem Zeitschritt",
    step: (step, on, off) => `Schritt ${step}: ${grouped(on)} an, ${grouped(off)} aus`,
    stepSum: (step, sum) => `Schritt ${step}: zusammen ${figure(sum)}`,
    inAll: (timesteps, on, off) =>
      `${steps(timesteps)}, zusammen ${grouped(on)} Ereignisse an und ${grouped(off)} aus.`,
    sumInAll: (timesteps, sum) => `${steps(timesteps)}, zusammen ${figure(sum)}.`,
    pixel: (row, column, step) => `Zeile ${row}, Spalte ${column} im Schritt ${step}: `,
    place: (row, step) => `Zeile ${row} im Schritt ${step}: `,
    events: (on, off) => `${figure(on)} an, ${figure(off)} aus.`,
    value: (value) => `${figure(value)}.`,
    count: (count) => counted(count, "Ereignis", "Ereignisse"),
  },

  stairs:
    "Eine Treppe ist, was ein Neuron aus einer Eingabe macht, die gleich bleibt. Hier ändern sich die Eingaben von Schritt zu Schritt: Die Balken sind ihre Mittel über die Folge, und die Tabelle sagt, wie weit die Neuronen deshalb von der Treppe entfernt sind.",
  stairsTime: (timesteps) => `Eine Folge hat ihr eigenes: ${counted(timesteps, "Schritt", "Schritte")}.`,
};
