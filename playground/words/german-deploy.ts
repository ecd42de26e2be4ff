/** German words of the panel for devices. */

import { counted, grouped } from "../format.js";
import type { DeployWords } from "./english-deploy.js";
import { code, text } from "./text.js";

const steps = (count: number): string => counted(count, "Zeitschritt", "Zeitschritte");
const images = (count: number): string => counted(count, "Testbild", "Testbilder");

export const germanDeploy: DeployWords = {
  lead: text`Eine Platine ohne Gleitkommazahlen rechnet mit ganzen Zahlen aus wenigen Bits. Wählen Sie, wie viele, und sehen Sie, was das kostet: Das Netz wird in diesem Tab quantisiert, seine Wertebereiche kommen aus den Lerndaten, und beide werden an denselben Testbildern gemessen. Dann nehmen Sie es mit als C, ONNX oder NIR.`,
  weights: "Bits der Gewichte",
  weightsHint: "Sie liegen im Flash.",
  activations: "Bits zwischen den Schichten",
  activationsHint: "Die Eingabe und was Schichten weitergeben.",
  potentials: "Bits der Potentiale",
  potentialsHint: "Sie haben den weitesten Bereich: Mit zu wenigen werden Schwellen weggerundet.",
  rounding: "Rundung",
  roundings: {
    nearest: "zur nächsten Zahl",
    floor: "ab, wie beim Schieben",
    ceil: "auf",
  },
  measure: "Quantisieren und messen",
  measuring: "Wird quantisiert und gemessen …",
  noData:
    "Es gibt nichts zum Messen: Die geladenen Daten sind keine, die dieses Netz nimmt. Legen Sie die Daten ab, mit denen es trainiert wurde, dann kann es quantisiert werden. In float32 lässt es sich ohne sie schreiben.",

  measured: (samples: number, calibrated: number) =>
    `An ${counted(samples, "Testbild", "Testbildern")}; die Bereiche sind die, die ${counted(calibrated, "Lernbild", "Lernbilder")} gezeigt haben. Es wurde nicht nachtrainiert.`,
  figure: "Gemessen",
  float: "float32",
  integers: "ganze Zahlen",
  accuracy: "Genauigkeit",
  spikes: "Spikes je Bild",
  flash: "Flash, Bytes",
  ram: "RAM, Bytes",
  sizesHelp: (width: number, longWidth: number) =>
    `Flash: Gewichte und womit Summen beginnen, ohne den Code darum. RAM: Potentiale und die Karten zwischen den Schichten. Ganze Zahlen liegen in ${width} Bits, Summen in ${longWidth}.`,

  layers: "Was jede Schicht verliert",
  layersHelp:
    "Gesättigt: der Anteil dessen, was sie ausgibt (bei Neuronen: ihrer Potentiale), der bei der größten oder kleinsten Zahl liegt; was darüber hinausgeht, sieht gleich aus. Stumm: Neuronen ohne einen Spike bei all diesen Bildern. Wächst eines davon, geben Sie dieser Art von Zahl mehr Bits, oder dieser Schicht allein: ihren Gewichten, oder den Potentialen ihrer Neuronen.",
  bits: "Bits",
  ownBits: {
    weights: (layer: string) => `Bits der Gewichte von ${layer}`,
    potentials: (layer: string) => `Bits der Potentiale von ${layer}`,
  },
  asAbove: (bits: number) => `${bits}, wie alle`,
  allAlike: "Alle Schichten wieder gleich",
  layer: "Schicht",
  theta: "θ",
  fractional: "Bits hinter dem Komma",
  saturated: "gesättigt",
  silent: "stumm",
  never: (names: readonly string[]) =>
    `Kann nie mehr feuern, was auch hineinkommt: ${names.join(", ")}. Das Runden hat ihr genommen, was sie hatte.`,
  restless: (names: readonly string[]) =>
    `Feuert ohne jede Eingabe: ${names.join(", ")}. Ihre Schwelle ist auf 0 gerundet: Geben Sie Potentialen mehr Bits.`,

  energy: "Energie für ein Bild",
  energyOf: (relu: boolean, bits: number) =>
    relu ? `ReLUs mit ${counted(bits, "Bit", "Bits")}, einmal` : "dieses Netz",
  energyParts: { memory: "Speicher", operations: "Rechnen" },
  nanojoules: (amount: string) => `${amount} nJ`,
  energyFinding: (times: string, less: boolean) =>
    less
      ? `Das spikende Netz kostet ${times}-mal weniger als dasselbe Netz mit quantisierten ReLUs.`
      : `Das spikende Netz kostet ${times}-mal so viel wie dasselbe Netz mit quantisierten ReLUs.`,
  breakEven: (even: string, rate: string) =>
    `Gleich viel kosteten beide bei ${even} Spikes je Neuron und Zeitschritt; es hat ${rate}.`,
  beyond: (even: string, rate: string) =>
    `Es kostete so viel bei ${even} Spikes je Neuron und Zeitschritt, und so oft kann kein Neuron feuern; es hat ${rate}.`,
  nothingSpikes: "Nichts feuert, darum ist nicht bekannt, was ein Spike kostet.",
  noBreakEven: (rate: string) =>
    `Keine Feuerrate änderte das: Es hat ${rate} Spikes je Neuron und Zeitschritt, und Potentiale und Biases allein kosten so viel.`,
  energyHelp: (memWidth: number) =>
    `Eine Schätzung für einen Chip mit 45 nm (Lemaire und andere, 2022), Wörter mit ${memWidth} Bits: gerechnet aus dem, was hier gezählt wurde, und keine Messung an einem Gerät.`,
  noEnergy: (sentence: string) => `Es gibt keine Schätzung: ${sentence}`,

  checks: "Was geprüft wurde",
  proved: (samples: number, timesteps: number, layers: number, integers: number) =>
    `In diesem Tab: ${grouped(integers)} ganze Zahlen aus ${counted(layers, "Schicht", "Schichten")}, ${counted(samples, "Testbild", "Testbildern")} und ${counted(timesteps, "Zeitschritt", "Zeitschritten")}, wie sie das C rechnet, sind die des quantisierten Netzes. Keine weicht ab.`,
  disproved: (differing: number, integers: number, layer: string) =>
    `In diesem Tab: ${grouped(differing)} von ${grouped(integers)} ganzen Zahlen weichen von denen des quantisierten Netzes ab, zuerst in ${layer}. Nehmen Sie das C nicht, und sagen Sie uns Bescheid.`,
  rightInIntegers: (right: number, samples: number) =>
    `Von diesen Bildern ordnen die ganzen Zahlen ${grouped(right)} von ${grouped(samples)} richtig ein.`,

  take: "Mitnehmen",
  target: "Das C ist für",
  targets: {
    c99: "jeden C99-Compiler",
    arduino: "Arduino",
    "cortex-m": "Cortex-M (QEMU)",
    riscv: "RISC-V (QEMU)",
  },
  forms: {
    c: "C, ganze Zahlen (zip)",
    "float-c": "C, float32 (zip)",
    onnx: "ONNX",
    nir: "NIR",
    quantized: "Quantisiertes Netz",
  },
  writing: "Wird geschrieben …",
  written: (name: string, bytes: string) => text`${code(name)}, ${bytes}`,
  kilobytes: (amount: string) => `${amount} kB`,
  cannot: (form: string) => `Dieses Netz lässt sich in ${form} nicht sagen:`,
  here: "Hier geprüft:",
  notHere: "Hier nicht geprüft:",
  yours: {
    c: (tests: number) =>
      text`Übersetzt wurde nichts. Im Archiv liegt ein Selbsttest mit ${counted(tests, "Testbild", "Testbildern")}: ${code("make test")} rechnet jede Zahl nach.`,
    floatC: (tests: number, ties: number) =>
      text`Übersetzt wurde nichts. Im Archiv liegt ein Selbsttest mit ${counted(tests, "Testbild", "Testbildern")} (${code("make test")})${ties === 0 ? "" : `; ausgelassen: ${images(ties)}, in denen ein Spike am Runden hängt`}.`,
    untested: text`Übersetzt wurde nichts, und einen Selbsttest gibt es nicht: Es waren keine passenden Daten da.`,
    onnx: text`In diesem Tab läuft kein Programm für ONNX. Das Urteil sagt, was beim Übertragen erhalten bleibt; vergleichen Sie die Werte in Ihrem.`,
    nir: text`Was andere Werkzeuge daraus machen: Sie lesen NIR jedes auf seine Weise.`,
    quantized: text`Die Datei wurde nicht zurückgelesen; ${code("atif eval")} prüft sie, ${code("atif export --to c")} schreibt sie als C.`,
  },
  readBack: (samples: number, timesteps: number, spikes: number, differing: number, otherClass: number) =>
    `Zurückgelesen, wie der Text es sagt, mit ${counted(samples, "Testbild", "Testbildern")}, ${steps(timesteps)}: ${grouped(differing)} von ${grouped(spikes)} Spikes und ${grouped(otherClass)} von ${grouped(samples)} Antworten weichen ab.`,
  sameIntegers: (integers: number) => `${grouped(integers)} ganze Zahlen, keine weicht ab (oben).`,
  nothing: "Nichts, außer dass es sich schreiben ließ.",
};
