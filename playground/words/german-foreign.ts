/** Deutsch: Wörter für Netze anderer Werkzeuge. */

import type { Words } from "./english.js";

export const germanForeign: Words["foreign"] = {
  asked: (file) => `Was ${file} nicht sagt`,
  facts: {
    inputShape: "Form der Eingabe",
    timesteps: "Zeitschritte T",
    kind: "Art des Netzes",
    stepMode: "Schrittmodus",
    neuron: "Neuronen",
    strides: "Schrittweiten (Strides)",
    paddings: "Auffüllungen (Paddings)",
    poolSizes: "Größen der Pools",
    prepool: "Pooling der Eingabe",
    postpool: "Pooling der letzten Karte",
    dropouts: "Dropouts",
    dt: "Länge eines Zeitschritts",
    name: "Name in der Beschreibung",
    key: "Schlüssel der Gewichte (state dict)",
  },
  describe: "Oder eine Beschreibung des Ganzen",
  describeHelp:
    "Die Experimentdatei von Qualia (TOML) oder seine Architektur oder eine Liste seiner Schichten (JSON): Fügen Sie den Text ein, oder legen Sie die Datei auf der Seite ab.",
  layers: "Seine Schichten, alle der Reihe nach",
  layersHelp:
    'Die, von denen die Datei Gewichte enthält, stehen hier. Setzen Sie die anderen dorthin, wo sie hingehören, eine je Zeile, etwa { "kind": "IFNode", "params": { "v_reset": null } }, { "kind": "Flatten" } oder ["MaxPool2d", 2]; und sagen Sie, was Gewichte nicht verraten: { "name": "0", "kind": "Conv2d", "params": { "padding": 1 } }. Oder legen Sie eine Datei ab, die alles beschreibt.',
  open: "Das Netz öffnen",
  leave: "Abbrechen",
  aFile: "der Datei",
  kept: (name) => `Was von ${name} erhalten blieb`,
  verdict: "Urteil:",
  verdicts: { exact: "genau", approximate: "ungefähr", unsupported: "nicht unterstützt" },
  meaning: {
    exact: "dieselben Spikes und Punktzahlen wie dort, wo es herkommt, bis auf die Reihenfolge von Summen",
    approximate: "etwas ging verloren, das ändert, was das Netz berechnet",
    unsupported: "es lässt sich hier nicht ausdrücken",
  },
};
