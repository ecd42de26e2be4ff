/** Deutsch. Die Begriffe sind die der Fachliteratur: Schwelle, Zeitschritt, Spike, Gewicht, Feuerrate. */

import type { HealthFinding } from "atif";
import { counted, grouped } from "../format.js";
import type { Words } from "./english.js";
import { b, code, em, i, text } from "./text.js";

const steps = (count: number): string => counted(count, "Zeitschritt", "Zeitschritte");
/** "nach 1 Zeitschritt", "nach 8 Zeitschritten" */
const stepsDative = (count: number): string => counted(count, "Zeitschritt", "Zeitschritten");
const spikes = (count: number): string => counted(count, "Spike", "Spikes");
const neurons = (count: number): string => counted(count, "Neuron", "Neuronen");
const images = (count: number): string => counted(count, "Bild", "Bilder");
/** "an 1 Bild", "an 360 Bildern" */
const imagesDative = (count: number): string => counted(count, "Bild", "Bildern");

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

  drawings: {
    neuron: (layer, number) => `${layer}, Neuron ${grouped(number)}`,
    place: (row, column, channel) =>
      `Zeile ${grouped(row)}, Spalte ${grouped(column)}, Kanal ${grouped(channel)}`,
    spikeAt: (neuron, step, fired) =>
      `${neuron}, Zeitschritt ${step}: ${fired ? "ein Spike" : "kein Spike"}.`,
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
  },

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

  draw: {
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
    ahead: (lead, verdict) =>
      `${{ right: "richtig, ", wrong: "falsch, ", "": "" }[verdict]}Vorsprung ${lead}`,
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
  },

  seen: {
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
  },

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

  train: {
    lead: (train, test, isThetaLearned) =>
      text`Das Netz sieht ${images(train)} immer wieder, einige auf einmal. Nach jedem Batch bewegt sich jedes Gewicht ein wenig, sodass der Fehler kleiner wird, ${isThetaLearned ? "und ebenso" : "nicht aber"} die Schwelle ${i("θ")} jeder Schicht. Nach jeder Runde (einer ${em("Epoche")}) wird es an ${imagesDative(test)} getestet, aus denen es nie lernt.`,
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
    thresholds: { learned: "wird gelernt, eine je Schicht", fixed: "bleibt fest" },
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
  },

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

  foreign: {
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
  },
};
