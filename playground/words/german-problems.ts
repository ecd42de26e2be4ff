/** Deutsch: was mit Dateien, Daten und Netzen nicht geht, und was zu versuchen ist. */

import { counted, grouped } from "../format.js";
import { numbered, type Problems } from "./english-problems.js";
import type { OfLibrary } from "./of-library.js";

const classes = (count: number, names: readonly string[] | null): string =>
  `${counted(count, "Klasse", "Klassen")}${names === null ? "" : ` (${names.join(", ")})`}`;

export const germanProblems: Problems = {
  numbers: { locale: "de-DE", percent: (number) => `${number} %` },

  file: {
    is: (name, what, advice) => `${name} ist ${what}; ${advice}`,
    isEmpty: (name, advice) => `${name} ist leer; ${advice}`,
    isOfAnotherKind: (name) => `${name} ist eine Datei anderer Art.`,
    none: "Es kam keine Datei; erwartet wird ein Netz, IDX-Dateien wie die von MNIST oder Bilder.",
    what: {
      tar: "ein tar-Archiv",
      pytorch: "eine Datei von PyTorch",
      nir: "eine NIR-Datei",
      keras: "eine Datei von Keras (HDF5)",
      hdf5: "eine HDF5-Datei",
      onnx: "ein ONNX-Netz",
      tensorflow: "ein TensorFlow-Netz",
      tensorflowLite: "ein Netz von TensorFlow Lite",
      gguf: "ein Sprachmodell (GGUF)",
      pickle: "ein Python-Pickle",
      matlab: "eine Datei von MATLAB",
      columns: "eine Tabelle aus Spalten",
      parquet: "eine Parquet-Tabelle",
      table: "eine Texttabelle",
      experiment: "eine Experimentdatei",
      zip: "ein ZIP-Archiv",
      emptyZip: "ein leeres ZIP-Archiv",
      sevenZip: "ein 7z-Archiv",
      rar: "ein RAR-Archiv",
      bzip2: "mit bzip2 gepackt",
      xz: "mit xz gepackt",
      zstd: "mit zstd gepackt",
      page: "eine Webseite",
      pdf: "ein PDF-Dokument",
      json: "JSON-Text",
      text: "ein Text",
      damaged: "am Anfang beschädigt oder keine safetensors-Datei",
      unknown: "keine Datei, die diese Seite kennt",
    },
    advice: {
      network:
        "erwartet wird model.safetensors, Gewichte von PyTorch (.pth, .pt, .ckpt, .safetensors) oder .nir. Netze anderer Bibliotheken werden neu gebaut und trainiert.",
      onnx: "erwartet werden die Gewichte, aus denen es entstand: model.safetensors, eine Datei von PyTorch (.pth, .pt, .ckpt, .safetensors) oder .nir. ONNX wird hier geschrieben, unter „Auf ein Gerät“, und nicht gelesen.",
      archive: "erwartet werden die Dateien selbst. Entpacken Sie es und legen Sie ab, was darin ist.",
      data: "erwartet werden IDX-Dateien wie die von MNIST oder Bilder mit ihrer Klasse im Namen; für ein Netz, das Folgen nimmt, auch Aufnahmen von Ereignissen oder Arrays in .npy. Wandeln Sie sie vorher um.",
      experiment:
        "erwartet wird model.safetensors. Führen Sie das Experiment mit atif train aus, oder legen Sie die Datei zusammen mit den Gewichten ab, die sie beschreibt.",
      page: "erwartet wird model.safetensors, IDX-Dateien oder Bilder. Vielleicht hat ein Server statt der Datei einen Fehler geschickt: Laden Sie sie noch einmal herunter.",
      unknown:
        "erwartet wird model.safetensors, Gewichte von PyTorch, .nir, IDX-Dateien wie die von MNIST oder Bilder.",
    },
    noReader:
      "Was Dateien anderer Werkzeuge liest, konnte nicht geladen werden: Der Server dieser Seite antwortet nicht. Versuchen Sie es wieder, wenn er es tut.",
  },

  data: {
    mixed: (pictures, others) =>
      `Es kamen ${counted(pictures, "Bild", "Bilder")} und ${counted(others, "andere Datei", "andere Dateien")}; erwartet wird eine Art. Legen Sie Bilder oder IDX-Dateien allein ab.`,
    noPair: (of, files) =>
      `Die Dateien ${of === "training" ? "zum Trainieren" : "zum Testen"} sind ${files.join(" und ")}; erwartet wird eine mit Bildern, [N, H, W], und eine mit Klassen, [N]. Legen Sie beide zusammen ab.`,
    none: "Es kam keine Datei; erwartet werden IDX-Dateien oder Bilder.",
    noClass: (path) =>
      `${path} sagt nicht, zu welcher Klasse es gehört; erwartet wird sie im Namen, wie in 3_meine.png oder katze-1.jpg, oder als Ordner, in dem es liegt.`,
    tooFew: (pictures, count) =>
      `Es kamen ${counted(pictures, "Bild", "Bilder")} aus ${classes(count, null)}; zum Lernen werden mindestens 10 Bilder und zwei Klassen erwartet.`,
  },

  picture: {
    unreadable: (name) =>
      `${name} kann nicht als Bild gelesen werden; erwartet wird PNG, JPEG oder eine andere Art, die Browser zeigen.`,
    noCanvas:
      "Dieser Browser gibt einem Worker keine Zeichenfläche, deshalb kann er hier keine Bilder lesen.",
    none: "Es ist kein Bild da; legen Sie eines ab.",
  },

  recording: {
    none: "Es ist keine Aufnahme für dieses Netz da; legen Sie eine ab.",
    noSensor: (name, shape) =>
      `${name} ist eine Aufnahme von Ereignissen, und dieses Netz nimmt ${shape} in einem Zeitschritt; erwartet wird eines, das Bilder aus Ereignissen nimmt, [Höhe, Breite, 2] oder [Kanäle, 2].`,
    otherShape: (name, shape, expected) =>
      `${name} gibt ${shape}; dieses Netz nimmt ${expected}, T Zeitschritte. Legen Sie eine ab, die für es gemacht ist.`,
    tooLong: (name, steps, most) =>
      `${name} hat ${grouped(steps)} Zeitschritte; erwartet werden höchstens ${grouped(most)}, so viele, wie man ansehen kann. Kürzen Sie sie.`,
    tooLarge: (name, bytes, most) =>
      `${name} hat ${grouped(bytes)} Bytes; erwartet werden höchstens ${grouped(most)}. Kürzen Sie sie.`,
    notFinite: (name) =>
      `${name} enthält etwas, das keine endliche Zahl ist, oder nichts; erwartet werden nur Zahlen.`,
  },

  network: {
    unseen: (shape) =>
      `Dieses Netz nimmt Eingaben der Form ${shape}; erwartet werden Bilder, [Höhe, Breite, Kanäle], oder Zahlen in einer Reihe, die man auf dieser Seite zeichnen kann.`,
    misfit: (network, data) =>
      `Dieses Netz nimmt Bilder mit ${network.shape} Pixeln und kennt ${classes(network.classes, network.names)}, aber die Daten „${data.name}“ ` +
      `haben ${data.shape} mit ${classes(data.classes, data.names)}. Legen Sie die Daten ab, mit denen es trainiert wurde, oder zeichnen Sie.`,
    noNeuron: "Dieses Neuron gibt es im Netz nicht mehr; wählen Sie ein anderes.",
    notReady: "Die Seite ist noch nicht bereit; warten Sie einen Moment.",
  },

  shipped: {
    name: "das Ziffernnetz",
    notLoaded: (address, why) =>
      `Das Netz, das mit dieser Seite kommt, konnte nicht von ${address} geladen werden: ${why} ` +
      "Die Seite zeigt ein neues Netz, das noch nichts gelernt hat: Trainieren Sie es, oder legen Sie ein Modell ab. An alle, " +
      "die den Server betreiben: Alle Dateien der Seite müssen da sein, so wie npm run build:page sie schreibt.",
    noAnswer: (why) => `Der Server antwortet nicht (${why}).`,
    status: (status) => `Der Server antwortet mit ${status}; erwartet wird die Datei.`,
  },

  asks: {
    inputShape: "Kanäle zuletzt, etwa [28, 28, 1], sofern die Beschreibung es nicht sagt",
    timesteps: "T, eine ganze Zahl ab 1, sofern die Beschreibung es nicht sagt",
    dt: "die Länge eines Zeitschritts, in der Einheit der Zeitkonstanten der Datei",
    name: "welches [[model]] der Experimentdatei, wenn sie mehrere hat",
    key: (keys) => `wo in der Datei die Gewichte stehen (state dict): ${keys}`,
  },

  layers: {
    convolution: numbered("Faltung"),
    hidden: numbered("Verborgen"),
    recurrent: numbered("Rekurrent"),
    other: numbered("Schicht"),
  },

  yourPictures: "Ihre Bilder",
  yourImages: "Ihre Bilder",

  address: {
    noAddress: (given) =>
      `Das Modell der Adresse ist ${given}; erwartet wird die Adresse einer Datei, etwa model.safetensors.`,
    notFetched: (address) => `Das Modell konnte nicht von ${address} geholt werden.`,
    elsewhere: "Sein Server muss anderen Seiten erlauben, es zu lesen (CORS), und zwar über https.",
    status: (address, status) =>
      `Das Modell konnte nicht von ${address} geholt werden: Der Server antwortet mit ${status}.`,
    tooLong: (address, bytes) =>
      `${address} hat mehr als ${grouped(bytes)} Bytes; erwartet wird die Datei eines Netzes.`,
  },
};

export const germanOfLibrary: OfLibrary = {
  format: (file) =>
    `${file ?? "Die Datei"} kann nicht gelesen werden: beschädigt, unvollständig oder von anderer Art, als der Name sagt. ` +
    "Holen Sie die Datei noch einmal, oder nehmen Sie eine andere.",
  config: (file) =>
    `${file ?? "Das Netz"} verlangt etwas, das es hier nicht gibt, oder Angaben, die einander widersprechen.`,
  shape: (file) =>
    `${file === null ? "" : `${file}: `}Die Größen passen nicht zusammen: Ein Teil des Netzes erwartet andere Eingaben, als er bekommt.`,
  memory: () =>
    "Dafür reicht der Speicher dieses Tabs nicht. Nehmen Sie ein kleineres Netz, weniger Zeitschritte oder kleinere Batches.",
  divergence: () =>
    "Das Training ist entgleist: Der Verlust ist keine Zahl mehr. Versuchen Sie eine kleinere Lernrate.",
  asks: (file) =>
    `${file ?? "Die Datei"} sagt nicht alles über das Netz. Unter „Öffnen und speichern“ wird gefragt, was fehlt.`,
  other: (file) => `${file === null ? "Das" : `Das mit ${file}`} ging nicht.`,
};
