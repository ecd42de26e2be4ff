/** Deutsch: Wörter für das, was gezeichnet und angesehen wird, und für die Antwort darauf. */

import { counted, grouped } from "../format.js";
import type { Words } from "./english.js";
import { b, text } from "./text.js";

/** "nach 1 Zeitschritt", "nach 8 Zeitschritten" */
const stepsDative = (count: number): string => counted(count, "Zeitschritt", "Zeitschritten");
const spikes = (count: number): string => counted(count, "Spike", "Spikes");

export const germanDraw: Words["draw"] = {
  invitation: {
    digit: "Zeichnen Sie eine Ziffer, oder legen Sie ein Bild von einer ab.",
    other: "Zeichnen Sie, oder legen Sie ein Bild ab von dem, was dieses Netz kennt.",
  },
  lead: "Das Netz sieht bei jedem Strich neu hin: in jedem Zeitschritt dasselbe Bild, und nach jedem Schritt eine Antwort. Die erste ist geraten; mit jedem weiteren Schritt wird sie feiner.",
  orDraw: "oder selbst eine zeichnen",
  story: {
    changed: (first, last, timesteps) =>
      text`Nach ${b("1 Schritt")} sagt das Netz ${b(first)}. Nach ${b(stepsDative(timesteps))} sagt es ${b(last)}: Es hat seine Meinung geändert.`,
    kept: (answer, timesteps) =>
      text`Das Netz sagt ${b(answer)}, nach dem ersten Schritt und nach ${stepsDative(timesteps)}.`,
    isRight: "Das stimmt.",
    isWrong: (label) => `Das ist falsch: Es ist ${label}.`,
  },
  sampleBefore: "Das vorige Testbild zeigen",
  sampleAfter: "Testbild ›",
  seen: "Das Bild, wie das Netz es sieht",
  blankPicture: (name) =>
    text`${b(`In ${name} ist nichts zu sehen`)}: Das Bild ist leer, also gibt es keine Antwort.`,
  blankDrawing: text`${b("Nichts gezeichnet")}, also gibt es keine Antwort.`,
  chance: text`${b("Untrainiert: Zufall.")} Dieses Netz hat noch nichts gelernt. Seine Punktzahlen kommen von seinen ersten Gewichten, und die sind ausgelost; trainieren Sie es, dann antwortet es.`,
  answers: (after) =>
    `Die Antwort nach ${after.slice(0, -1).join(", ")} und ${after.at(-1) ?? 0} Zeitschritten`,
  ahead: (lead, verdict) => `${{ right: "richtig, ", wrong: "falsch, ", "": "" }[verdict]}Vorsprung ${lead}`,
  spikes,
  scores: "Punkte nach jedem Schritt.",
  score: "Punkte",
  scoreAt: (name, step, score) => `${name} nach Schritt ${step}: ${score}`,
  beyond: (timesteps) => `Schraffiert: jenseits seiner ${timesteps}.`,
  beyondTrained: "über T hinaus",
  scoresMeanNothing: "Noch bedeuten sie nichts.",
  highestScore: "Die meisten hat die Antwort.",
  step: "Schritt",
  goToStep: (step) => `Zu Schritt ${step}`,
};

export const germanSeen: Words["seen"] = {
  line: "Dieses Netz nimmt keine Bilder: Die Höhe Ihrer Linie, von links nach rechts, gibt seine Zahlen, von 0 bis 1.",
  row: (name) => `Dieses Netz nimmt keine Bilder: ${name} ist auf eine Zeile verkleinert.`,
  picture: {
    uciDigits: (name) =>
      `${name}, auf die Tinte zugeschnitten und auf Größe und Strichdicke der UCI-Ziffern gebracht.`,
    mnist: (name) =>
      `${name}, auf die Tinte zugeschnitten und auf die Größe der MNIST-Ziffern gebracht, den Schwerpunkt in der Mitte.`,
    clothes: (name) =>
      `${name}, auf seinen Gegenstand zugeschnitten und vergrößert oder verkleinert, bis er das Bild füllt, wie bei Fashion-MNIST.`,
    whole: (name) => `${name}, als Ganzes auf die Größe gebracht, mit Papier um das, was nicht passt.`,
  },
  sample: (number, label, isUntrained) =>
    `Testbild ${grouped(number)}${isUntrained ? "" : ", keines von denen zum Lernen"}. Seine Klasse ist ${label}.`,
  drawnAsLearned:
    "Ihre Zeichnung ist auf Größe und Strichdicke der Ziffern gebracht, aus denen das Netz gelernt hat.",
  drawn: (digits, isOfOthers) =>
    `Ihre Zeichnung ist auf Größe und Strichdicke der ${digits === "uci" ? "UCI-Ziffern" : "MNIST-Ziffern"} gebracht${isOfOthers ? "; vielleicht hat dieses Netz aus anderen Bildern gelernt" : ""}.`,
};
