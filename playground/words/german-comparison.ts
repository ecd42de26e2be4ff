/** German words of the lesson on learned thresholds. */

import { counted, grouped } from "../format.js";
import type { ComparisonWords } from "./english-comparison.js";
import { b, i, text } from "./text.js";

export const germanComparison: ComparisonWords = {
  fixed: (theta, epochs, seed) =>
    text`${b("Zuerst ein Netz, dessen θ fest bleibt,")} bei ${theta} in jeder Schicht: Nur seine Gewichte lernen, ${counted(epochs, "Epoche", "Epochen")} lang, mit dem Startwert ${grouped(seed)}. Danach dasselbe Netz noch einmal, das auch ${i("θ")} lernt. Beide brauchen einige Sekunden; unten, in „Trainieren“, sehen Sie ihnen zu.`,
  learned: (theta) =>
    text`${b("Jetzt lernt dasselbe Netz auch θ.")} Unten, in „Trainieren“, sind die blassen Kurven die des Netzes davor: Seine Schwellen sind die blasse Linie bei ${theta}. Sehen Sie, wohin die neuen gehen, und wie die Schichten feuern.`,
  over: (from, thetas) =>
    text`${b("Beide haben gelernt.")} Sehen Sie in „Trainieren“ zuerst auf die Schwellen: Die einen begannen in jeder Schicht bei ${from} und kamen zu ${thetas}; die anderen, die blasse Linie, blieben. Dann auf die Feuerraten und auf die Tabelle in „Läufe vergleichen“.`,
  found: (learned, fixed, images) =>
    text` Von ${counted(images, "Testbild", "Testbildern")} ordnet das Netz, das ${i("θ")} gelernt hat, ${grouped(learned.right)} richtig ein, mit ${learned.spikes} Spikes je Bild; das andere ${grouped(fixed.right)}, mit ${fixed.spikes}.`,
  chance: (seed) =>
    text` Das ist ein Startwert, ${grouped(seed)}, und ein kurzes Training: Hinter der ersten Schicht begannen beide auch mit anderen Gewichten, einige Bilder mehr oder weniger können also Zufall sein. Wählen Sie in „Trainieren“ einen anderen Startwert, starten Sie die Lektion noch einmal, und sehen Sie, was bleibt.`,
};
