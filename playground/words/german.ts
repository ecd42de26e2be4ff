/** Deutsch. Die Begriffe sind die der Fachliteratur: Schwelle, Zeitschritt, Spike, Gewicht, Feuerrate. */

import type { HealthFinding } from "atif";
import { counted, grouped } from "../format.js";
import type { Words } from "./english.js";
import { germanDraw, germanSeen } from "./german-draw.js";
import { germanDrawings } from "./german-drawings.js";
import { germanForeign } from "./german-foreign.js";
import { germanTrain } from "./german-train.js";
import { b, code, em, i, text } from "./text.js";

const steps = (count: number): string => counted(count, "Zeitschritt", "Zeitschritte");
/** "nach 1 Zeitschritt", "nach 8 Zeitschritten" */
const stepsDative = (count: number): string => counted(count, "Zeitschritt", "Zeitschritten");
const spikes = (count: number): string => counted(count, "Spike", "Spikes");
const neurons = (count: number): string => counted(count, "Neuron", "Neuronen");
const images = (count: number): string => counted(count, "Bild", "Bilder");

const findings: { readonly [Problem in HealthFinding["problem"]]: string } = {
  silent:
    "Sie feuert fast nie: Die Schichten nach ihr sehen so gut wie nichts. Ihre Eingabe erreicht die Schwelle θ nicht. Beginnen Sie mit einem kleineren θ, oder setzen Sie eine Batch-Normalisierung davor.",
  "mostly silent":
    "Die meisten ihrer Neuronen feuern nie. Sie kosten Speicher und tun nichts. Nehmen Sie weniger Neuronen oder Kanäle, ein kleineres θ am Anfang oder eine kleinere Lernrate.",
  saturated:
    "Sie feuert fast in jedem Zeitschritt: Fast jede Eingabe wird bei θ abgeschnitten und sieht gleich aus. Beginnen Sie mit einem größeren θ, oder verkleinern Sie die Lernrate; mehr Zeitschritte helfen einer Schicht nicht, die immer feuert.",
  "theta near zero":
    "Ihre Spikes tragen fast nichts weiter, und ihr Potential wächst ohne Grenze. Verkleinern Sie die Lernrate, beginnen Sie mit einem größeren θ, oder heben Sie die Untergrenze an (minThreshold).",
};

export const german: Words = {
  page: {
    documentTitle: "atif: ein Netz beim Denken",
    description:
      "Trainieren Sie ein spikendes neuronales Netz im Browser und sehen Sie jeden Spike, der zu seiner Antwort führt.",
    picture: "Ein Netz aus spikenden Neuronen liest eine Ziffer, Zeitschritt für Zeitschritt.",
    skip: "Zum Inhalt springen",
    title: "Ein Netz beim Denken",
    lead: text`Ein ${em("spikendes")} neuronales Netz liest eine Ziffer: Neuronen zählen zusammen, was sie empfangen, und feuern ab einer ${em("gelernten")} Schwelle ${i("θ")}.`,
    sections: {
      network: "Das Netz",
      draw: "Eine Ziffer zeichnen",
      neuron: "Ein Neuron",
      stairs: "Die Treppe",
      train: "Trainieren",
      inside: "Hineinsehen",
      compare: "Läufe vergleichen",
      health: "Schwellen gesund?",
      deploy: "Auf ein Gerät",
      carry: "Öffnen und speichern",
      about: "Über diese Seite",
    },
    teasers: {
      neuron: "Eingaben, Gewichte, θ, Spike",
      stairs: "was θ rundet und abschneidet",
      train: "ein eigenes Netz, in diesem Tab",
      inside: "jeder Spike jedes Neurons",
      compare: "dieser und der letzte",
      health: "Schichten, denen etwas fehlt",
      deploy: "ganze Zahlen, C, ONNX, NIR",
      carry: "Modelle, Daten, Bilder, Link",
      about: "Threads, Frames, Quellen",
    },
    footer: text`Berechnet von ${b("atif")}, mit derselben Bibliothek und denselben Rechenkernen wie auf der Kommandozeile. Die Ziffern sind aus dem UCI-Archiv (E. Alpaydin, C. Kaynak, 1998), CC BY 4.0.`,
    close: "Schließen",
    details: "Was die Bibliothek sagt (englisch)",
    documentation: "Dokumentation (englisch)",
    wholePage: "Auf der ganzen Seite öffnen",
    theme: "Farben",
    themes: { system: "wie das System", light: "hell", dark: "dunkel" },
  },

  status: {
    failed: "Die Seite kann nicht rechnen: Die Meldung sagt, warum. Laden Sie sie neu.",
    loading: "Das Netz wird geladen …",
    origins: {
      shipped: "das Ziffernnetz, das mit dieser Seite kommt",
      new: "ein neues Netz, das noch nichts gelernt hat",
      trained: "das Netz, das Sie trainieren",
      file: "eine Datei",
    },
    network: (network, timesteps, parameters) =>
      text`Netz: ${b(network)}, ${steps(timesteps)}, ${counted(parameters, "Gewicht", "Gewichte")}`,
    accuracy: (accuracy, dataset) =>
      `, ${accuracy} der Testdaten${dataset === null ? "" : ` (${dataset})`} richtig`,
    computing: (threads, isolated) =>
      `Gerechnet wird mit ${threads === 1 ? "einem Thread" : `${threads} Threads`}${isolated ? "" : " (für mehr müsste dieser Server die Header der Cross-Origin-Isolation senden)"}.`,
    crashed: (message) =>
      `Der Teil der Seite, der rechnet, ist stehen geblieben (${message || "er konnte nicht geladen werden"}). Laden Sie die Seite neu.`,
  },

  about: {
    lead: text`Alles wird in diesem Tab berechnet, von ${b("atif")}: mit der Bibliothek und den Rechenkernen der Kommandozeile. Nichts, was Sie zeichnen oder öffnen, verlässt ihn.`,
    data: "Daten zur Hand",
    dataOf: (name, train, test) => `${name}: ${grouped(train)} zum Lernen, ${grouped(test)} zum Testen`,
    threads: "Threads",
    lateFrames: "verspätete Frames, während das Netz lernte",
  },

  strip: {
    label: "Das Netz, von der Eingabe zur Antwort",
    input: "Eingabe",
    answer: "Antwort",
    pixels: (height, width) => `${grouped(height)} × ${grouped(width)}`,
    fires: (rate) => `feuert ${rate}`,
    after: (step) => `nach ${counted(step, "Schritt", "Schritten")}`,
    reads: (sources) => (sources.length === 0 ? "" : ` liest ${sources.join(" und ")}`),
    beyond: (timesteps) => `über T = ${timesteps} hinaus`,
  },

  notices: {
    otherSize:
      "Die Testbilder haben eine andere Größe, als dieses Netz sie nimmt. Legen Sie die Daten ab, mit denen es trainiert wurde, oder zeichnen Sie.",
    manyFiles: (count) =>
      `Das sind ${count} Dateien; erwartet wird ein Modell, oder Daten. Legen Sie eines nach dem anderen ab.`,
    manyTexts: (names) =>
      `Es kamen ${names.join(" und ")}; erwartet wird eine Datei, die das Netz beschreibt. Legen Sie sie allein ab.`,
    longText: (name, bytes, most) =>
      `${name} hat ${grouped(bytes)} Bytes; erwartet werden höchstens ${grouped(most)}, eine Experimentdatei oder eine Architektur.`,
    picture: (name) => `Das Netz sieht ${name} an.`,
    recording: (name) => `Dem Netz wird ${name} gezeigt, Schritt für Schritt.`,
    loaded: (name, kind, timesteps) => `${name} ist geladen: ${kind}, ${steps(timesteps)}.`,
    kept: (verdict) => ` Urteil darüber, was erhalten blieb: ${verdict}.`,
    data: (name, train, test) =>
      `${name}: ${images(train)} zum Lernen, ${grouped(test)} zum Testen. Starten Sie das Training.`,
    notCopied:
      "Der Browser hat der Seite das Kopieren nicht erlaubt. Markieren Sie den Text neben der Schaltfläche und kopieren Sie ihn.",
    copied: "Die Adresse ist kopiert. Wer sie öffnet, bekommt diese Seite so, wie sie jetzt ist.",
    citationCopied: "Das Zitat ist kopiert.",
    settings: "Die Seite ist jetzt so, wie die Adresse es sagt.",
    addressParts: {
      settings: "eine Einstellung",
      motion: "die Bewegung der Zeichnung",
      drawing: "die Zeichnung",
      image: "das zurückgehaltene Bild",
      layer: "die Schicht",
      thetas: "die verschobenen Schwellen",
      timesteps: "T der Treppen",
      result: "der Hash eines Ergebnisses",
    },
    unusable: (parts) =>
      `Ein Teil der Adresse ist beschädigt oder nicht von dieser Seite: ${parts.join(", ")}. Alles Übrige ist so, wie sie es sagt.`,
    noSample: (number, count) =>
      `Die Adresse verlangt das zurückgehaltene Bild ${grouped(number)}, und es gibt ${grouped(count)}. Gezeigt wird das erste.`,
    otherLayers: (layers) =>
      `Die Adresse wählt eine Schicht oder verschiebt Schwellen eines anderen Netzes: dieses hat ${counted(layers, "spikende Schicht", "spikende Schichten")}. Sie bleiben, wie sie waren.`,
    noBatchLeft: (epochs) =>
      `${counted(epochs, "Epoche ist", "Epochen sind")} vorbei, also ist kein Batch übrig. ` +
      "„Neu trainieren“ beginnt von vorn mit den Einstellungen, wie sie sind; „Zurücksetzen“ gibt ein Netz, das nichts gelernt hat.",
  },

  drawings: germanDrawings,

  announced: {
    accuracy: (accuracy) => ` ${accuracy} der Testbilder richtig.`,
    training: {
      running: "Das Training läuft.",
      paused: "Das Training ist angehalten.",
      finished: "Das Training ist fertig.",
    },
    blank: "Es gibt nichts zu sehen, also gibt es keine Antwort.",
    untrained: "Das Netz ist untrainiert, also ist seine Antwort Zufall.",
    answer: (timesteps, last, first) =>
      `Nach ${stepsDative(timesteps)} ist die Antwort ${last}; nach dem ersten war sie ${first}.`,
    label: (name) => ` Die Klasse ist ${name}.`,
  },

  draw: germanDraw,

  seen: germanSeen,

  neuron: {
    lead: text`Ein Neuron zählt zu seinem Potential ${i("v")} hinzu, was es empfängt: seine Eingaben mal seine Gewichte. Wenn das die Schwelle ${i("θ")} erreicht, feuert es einen Spike und zieht ${i("θ")} ab; der Rest bleibt für den nächsten Schritt. Wählen Sie oben eine Schicht, um eines ihrer Neuronen zu sehen, und spielen Sie die Schritte ab.`,
    before: "Das Neuron davor",
    after: "Das nächste Neuron",
    atStep: (step) => `In Schritt ${step}`,
    adds: "Es zählt hinzu, was es empfängt, x:",
    compares: "Es vergleicht mit seiner Schwelle:",
    fires: "Es feuert.",
    isSilent: "Es bleibt still.",
    subtracts: "Es zieht die Schwelle ab und behält den Rest:",
    keeps: "Es behält alles:",
    resets: "Es macht weiter mit:",
    received: (arrived, count) =>
      `Eingaben × Gewichte: ${grouped(arrived)} von ${counted(count, "Stelle", "Stellen")}, die es liest, haben etwas geschickt. Was dazwischen liegt, Pooling und Normalisierung, steckt im Gewicht.`,
    from: "von",
    value: "Eingabe",
    weight: "Gewicht",
    product: "Produkt",
    others: (count) => counted(count, "weitere", "weitere"),
    constant: "was es in jedem Fall empfängt",
    sum: "x, was es insgesamt empfängt",
    notApart:
      "Was dieses Neuron empfängt, lässt sich nicht zerlegen: Etwas vor ihm behält einen eigenen Zustand.",
  },

  lessons: {
    title: "Versuchen Sie:",
    names: {
      small: "θ zu klein",
      large: "θ zu groß",
      oneStep: "T = 1",
      silent: "Eine stumme Schicht",
      learned: "Gelernt gegen fest",
      fourBits: "4 Bit",
    },
    end: "Alles zurücksetzen",
    told: {
      small: text`${b("Die erste Schicht hat ein Siebtel ihres θ.")} Oben feuert sie viel öfter. In ihrer Treppe unten sind die roten Balken Eingaben über ${i("θ")}: Sie werden alle gleich abgeschnitten. Die Tabelle sagt, was von der Genauigkeit übrig ist.`,
      large: text`${b("Die erste Schicht hat das Vierfache ihres θ.")} Oben feuert sie kaum. In ihrer Treppe unten sind die Stufen so breit, dass die meisten Eingaben unter der ersten liegen und verschwinden.`,
      oneStep: text`${b("Ein Zeitschritt.")} Ein Neuron feuert oder nicht: Seine Treppe hat eine einzige Stufe. Oben steht als Antwort, was zuerst geraten wurde; die Tabelle sagt, was die anderen Schritte wert waren.`,
      silent: text`${b("Die zweite Schicht hat das Hundertfache ihres θ.")} Nichts erreicht es, also feuert sie nie, und was danach kommt, sieht bei jedem Bild dasselbe. Zeichnen Sie, was Sie wollen: Die Antwort folgt nicht mehr.`,
      fourBits: text`${b("Gewichte mit 4 Bit.")} Das Feld für Geräte bringt das Netz auf ganze Zahlen: Sehen Sie, was das an Genauigkeit kostet und was es an Speicher spart.`,
    },
  },

  compare: {
    lead: "Trainieren Sie, ändern Sie eine Einstellung, und trainieren Sie noch einmal: Der Lauf davor bleibt hier stehen, und als blasse Kurven in den Diagrammen. Eine Änderung auf einmal zeigt, wozu sie gut war.",
    none: "Es gibt noch keinen Lauf, der sich vergleichen ließe.",
    what: "was",
    before: "der Lauf davor",
    now: "dieser Lauf",
    caption:
      "Einstellungen, die sich unterscheiden, und was nach der letzten Epoche herauskam; Genauigkeit und Verlust auf den Testdaten.",
    same: "Beide Läufe haben dieselben Einstellungen, also kommt bei beiden dasselbe heraus, bis aufs letzte Bit, so weit sie gekommen sind.",
    rows: {
      epochs: "Epochen, die vorbei sind",
      accuracy: "Genauigkeit",
      best: "beste Genauigkeit einer Epoche",
      loss: "Verlust",
      spikes: "Spikes pro Bild",
      theta: (layer) => `θ von ${layer}`,
      rate: (layer) => `Feuerrate von ${layer}`,
    },
  },

  inside: {
    lead: text`Jeder Punkt ist ein Spike, den das Netz gefeuert hat, während es das Bild oben ansah. Ein Neuron feuert oder schweigt; der nächsten Schicht sagt es nur, ${em("wann")}. Gehen Sie durch die Zeitschritte und sehen Sie, wie die Spikes einer Schicht die Neuronen der nächsten aufladen.`,
    noLayers: "Dieses Netz hat keine spikenden Schichten, also gibt es keine Spikes zu zeigen.",
    spikes: "Spikes",
    everyLayer: "Jede Schicht",
    layers: "Schichten des Rasters",
    potential: "Potential eines Neurons",
    pickOne: "Klicken Sie auf eine Zeile des Rasters oder auf ein Pixel einer Merkmalskarte.",
    maps: "Merkmalskarten",
    mapsHelp:
      "Ein kleines Bild je Kanal: blau, wo seine Neuronen bis zu diesem Schritt gefeuert haben, je öfter, desto dunkler; rot, wo sie jetzt feuern.",
    stop: "Anhalten",
    play: "Abspielen",
    timeStep: "Zeitschritt",
    stepOf: (step, timesteps) => `${step} von ${timesteps}`,
  },

  maps: {
    none: "Dieses Netz hat keine Faltungen, also gibt es keine Merkmalskarten.",
    size: (layer, channels, height, width) =>
      `${layer}: ${counted(channels, "Kanal", "Kanäle")} mit ${height} × ${width}`,
    role: "Merkmalskarten",
    help: (layer) =>
      `Merkmalskarten von ${layer}. Pfeiltasten bewegen über eine Karte, Bild auf und Bild ab von Kanal zu Kanal, die Eingabetaste zeigt das Potential des Neurons.`,
    channel: (layer, channel) => `${layer}, Kanal ${channel}`,
    spikes: (neuron, count, step, firesNow) =>
      `${neuron}: ${spikes(count)} in ${counted(step, "Schritt", "Schritten")}${firesNow ? ", der letzte jetzt" : ""}.`,
  },

  stairs: {
    lead: text`In T Schritten kann ein Neuron 0-, 1-, … oder T-mal feuern. Was es der nächsten Schicht sagt, hat also T + 1 Stufen: eine Treppe bis ${i("θ")}. Die grauen Balken zeigen, was die Neuronen einer Schicht von Testbildern wirklich empfangen. Ein kleineres ${i("θ")} macht feinere Stufen, schneidet darüber aber mehr ab (${em("Clipping")}); ein größeres schneidet weniger ab, rundet aber mehr. Das Training findet die Mitte. Bewegen Sie ${i("θ")} oder T und sehen Sie, was sie wert war.`,
    whenPaused: "Wird gemessen, wenn das Training angehalten ist.",
    dropData:
      "Legen Sie die Daten ab, mit denen dieses Netz trainiert wurde, dann werden seine Treppen gezeigt.",
    measuring: "Wird gemessen …",
    noLayers: "Dieses Netz hat keine spikenden Schichten, also hat es keine Treppen.",
    layer: "Schicht",
    thetaOf: (layer) => `θ von ${layer}`,
    thetaAtFirst: (theta) => `Am Anfang: ${theta}. Sie können auch die Linie im Bild ziehen.`,
    thetaLearned: (theta) => `Gelernt: ${theta}. Sie können auch die Linie im Bild ziehen.`,
    thetaSet: (theta) => `Fest: ${theta}. Sie können auch die Linie im Bild ziehen.`,
    thetaFixed:
      "Der Mittelwert ihrer Neuronen. Er lässt sich nicht bewegen: Jedes von ihnen kann eine eigene Schwelle haben.",
    timesteps: "T, Zeitschritte des ganzen Netzes",
    madeFor: (timesteps) => `Gemacht für ${timesteps}.`,
    trainedWith: (timesteps) => `Trainiert mit ${timesteps}.`,
    restore: "Alles zurückstellen",
    copy: "Das probiert es an einer Kopie aus, die die ganze Seite zeigt. Das Netz selbst bleibt, wie es ist.",
    rows: {
      accuracy: "Genauigkeit auf Testdaten",
      spikes: "Spikes je Bild, alle Schichten",
      firingRate: "Feuerrate dieser Schicht",
      rounding: "Rundungsfehler (quadratisches Mittel)",
      clipping: "Abschneidefehler (quadratisches Mittel)",
      clipped: "Eingaben über θ",
      vanished: "positive Eingaben unter der ersten Stufe",
      unevenness: "Fehler, weil Eingaben sich mit der Zeit ändern",
    },
    noStaircase: "keine Treppe",
    caption: (samples) =>
      `An ${counted(samples, "Testbild", "Testbildern")}; Fehler in Einheiten der Eingabe.`,
    measured: "was gemessen wird",
    asItIs: "wie es ist",
    asLearned: "wie gelernt",
    asMoved: "wie bewegt",
  },

  train: germanTrain,

  health: {
    lead: "Eine Schicht kann verstummen, immerzu feuern oder eine so kleine Schwelle lernen, dass ihre Spikes nichts mehr tragen. Solche Schichten werden hier genannt, mit dem, was zu versuchen ist. Feuerraten werden an Testbildern gemessen.",
    noLayers: "Dieses Netz hat keine spikenden Schichten.",
    notYet: "Noch nicht gemessen: Das geschieht nach jeder Epoche und wenn das Training angehalten wird.",
    measuring: "Wird gemessen …",
    dropData:
      "Legen Sie die Daten ab, mit denen dieses Netz trainiert wurde, dann werden seine Schichten gemessen.",
    afterEpoch: (epoch) => `Wie es nach Epoche ${epoch} war.`,
    notMeasured: "nicht gemessen",
    well: "gesund",
    problems: {
      silent: "stumm",
      "mostly silent": "größtenteils stumm",
      saturated: "gesättigt",
      "theta near zero": "θ fast null",
    },
    finding: ({ problem }) => findings[problem],
    fires: (rate) => `, feuert in ${rate} ihrer Schritte`,
    neverFire: (silent, count) => `, ${grouped(silent)} von ${neurons(count)} feuern nie`,
  },

  figures: {
    save: (figure: string) => `${figure} speichern`,
    names: {
      raster: "Spikes",
      membrane: "Potential",
      staircase: "Treppen",
      curves: "Kurven",
      health: "Zustand der Schichten",
      events: "Was es sieht",
    },
  },

  carry: {
    drop: text`${b("Legen Sie Dateien irgendwo auf der Seite ab")}, oder`,
    choose: "Dateien wählen",
    files: "Dateien zum Laden",
    kinds: [
      text`${code("model.safetensors")} eines Laufs (${code("atif train")} schreibt eine): Die Seite zeigt dieses Netz.`,
      text`Netze anderer Werkzeuge: Gewichte von PyTorch (${code(".pth")}, ${code(".pt")}, ${code(".ckpt")}, ${code(".safetensors")}), mit der Datei, die sie beschreibt, wenn es eine gibt, oder ${code(".nir")}.`,
      text`Zwei oder vier IDX-Dateien, gzip-gepackt oder nicht, wie die von MNIST: Die Seite trainiert damit.`,
      text`Bilder mit ihrer Klasse im Namen (${code("katze_1.png")}) oder einem Ordner je Klasse: Die Seite trainiert damit. Ein Bild allein: Das Netz sieht es an.`,
      text`Für ein Netz, das aus Folgen gelernt hat: eine Aufnahme von Ereignissen (${code(".bin")} von N-MNIST, ${code(".dat")}, AEDAT, ${code(".npy")}, ${code(".npz")}) oder ein Array mit einer Zeile je Zeitschritt (${code(".npy")}).`,
    ],
    nothingUploaded: "Nichts wird hochgeladen: Die Dateien bleiben in diesem Tab.",
    save: "Das Netz speichern",
    saveHelp:
      "Gewichte und Schwellen in einer Datei, die diese Seite, die Kommandozeile und PyTorch lesen können.",
    saveFile: (file) => `${file} speichern`,
    share: "Die Seite teilen, wie sie ist",
    shareHelp:
      "Die Adresse enthält jeden Regler, die Zeichnung, die gewählte Schicht, verschobene Schwellen und T und den Hash eines beendeten Laufs. Dieselben Einstellungen und dieselben Daten geben dasselbe Netz, bis auf das letzte Bit.",
    lacksInput:
      "Was das Netz ansieht, ist nicht dabei: ein Bild aus einer Datei oder eine zu lange Zeichnung.",
    isOther: "Die Regler sind bewegt worden, seit das jetzige Netz gemacht wurde: Es ist ein anderes.",
    cite: "Zitieren",
    citeHelp: "Für das, was Sie mit dieser Seite oder der Bibliothek gefunden haben:",
    copyCitation: "Das Zitat kopieren",
    address: "Adresse der Seite, wie sie ist",
    copy: "Kopieren",
  },

  foreign: germanForeign,
};
