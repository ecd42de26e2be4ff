/** The page of one network. */

import { useEffect, useRef, useState } from "preact/hooks";
import type { Activity, Stroke } from "atif";
import { figure, grouped, percent } from "../elements/format.js";
import { Slider } from "../elements/slider.js";
import { Answers } from "./answers.js";
import { exampleStrokes } from "./example-strokes.js";
import { InputPanel, wanted } from "./input-panel.js";
import { Inside } from "./inside.js";
import { lookAt, type Network } from "./network.js";
import { drawnSample, samplesIn, type Sample } from "./sample.js";

/** Milliseconds that a step is shown. */
const STEP_TIME = 600;
/** Networks that take longer look when the pen is lifted. */
const QUICK = 50;
/** Milliseconds without a further stroke before the answer is read. */
const QUIET = 500;

/** Data that come with the library, under a licence that wants to be named. */
const DIGITS: readonly string[] = ["digits", "moving digits"];

interface Given {
  readonly samples: readonly Sample[];
  readonly index: number;
}

interface Look {
  readonly sample: Sample;
  readonly strokes: readonly Stroke[];
  readonly activity: Activity;
}

const nothing: Given = { samples: [], index: 0 };

/** @param told what is shown, for those who want every digit */
export function Page({
  network,
  told,
}: {
  readonly network: Network;
  readonly told: (look: Look | null) => void;
}) {
  const { facts, offer, hasLearnedDigits } = network;
  const [strokes, setStrokes] = useState(offer.drawing && hasLearnedDigits ? exampleStrokes : []);
  const [given, setGiven] = useState<Given>(() =>
    strokes.length > 0
      ? { samples: [drawnSample(network, strokes)], index: 0 }
      : { samples: network.held, index: 0 },
  );
  // What is there at first is seen at first.
  const [look, setLook] = useState<Look | null>(() => firstLook(network, strokes, given));
  const [step, setStep] = useState(facts.plan.timesteps);
  const [problem, setProblem] = useState("");
  const [said, setSaid] = useState("");
  const [isOver, setOver] = useState(false);
  const cost = useRef(0);
  const drawn = useRef<readonly Stroke[]>(strokes);

  const sample = given.samples.at(given.index) ?? null;
  useEffect(() => {
    if (look?.sample === sample) return told(look);
    // Once for a frame, and not before it was drawn on.
    const frame = requestAnimationFrame(() => {
      try {
        const begin = performance.now();
        const seen = sample === null ? null : { sample, strokes, activity: lookAt(network, sample) };
        cost.current = performance.now() - begin;
        setLook(seen);
        told(seen);
        if (seen !== null) setProblem("");
      } catch (error) {
        setLook(null);
        told(null);
        setProblem(sentenceOf(error));
      }
    });
    return () => cancelAnimationFrame(frame);
  }, [sample]);
  useEffect(() => {
    if (look === null) return;
    const timer = setTimeout(() => setSaid(spoken(network, look)), QUIET);
    return () => clearTimeout(timer);
  }, [look]);

  const show = (): void =>
    setGiven(
      drawn.current.length === 0 ? nothing : { samples: [drawnSample(network, drawn.current)], index: 0 },
    );
  const draw = (all: readonly Stroke[]): void => {
    // The example makes room for what is drawn.
    const own = all.filter((stroke) => !exampleStrokes.includes(stroke));
    drawn.current = own;
    setStrokes(own);
    if (own.length === 0 || cost.current < QUICK) show();
  };
  const take = (file: Blob, name: string): void => {
    samplesIn(network, file, name).then(
      (samples) => {
        drawn.current = [];
        setStrokes([]);
        setProblem("");
        setGiven({ samples, index: 0 });
      },
      (error: unknown) => setProblem(sentenceOf(error)),
    );
  };

  const timesteps = look?.activity.timesteps ?? facts.plan.timesteps;
  const now = Math.min(step, timesteps);
  return (
    <div
      class={isOver ? "page over" : "page"}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        const [file] = event.dataTransfer?.files ?? [];
        if (file !== undefined) take(file, file.name);
      }}
    >
      <Header network={network} />
      {problem === "" ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      <main>
        <section>
          <h2>{offer.drawing ? "Draw" : "Show it something"}</h2>
          <InputPanel
            network={network}
            strokes={strokes}
            sample={sample}
            place={{ index: given.index, count: given.samples.length }}
            onDraw={draw}
            onLift={show}
            onFile={take}
            onPlace={(index) => setGiven({ ...given, index })}
            onHeld={() => {
              drawn.current = [];
              setStrokes([]);
              setGiven({ samples: network.held, index: 0 });
            }}
            say={setSaid}
          />
        </section>
        <section>
          <h2>Answer</h2>
          {look === null ? (
            <p class="muted" role="status">
              {offer.drawing
                ? "Nothing is drawn, so there is no answer."
                : `Give it ${wanted(network)}, and it answers.`}
            </p>
          ) : (
            <>
              <Scrubber timesteps={timesteps} step={now} onStep={setStep} />
              <Answers network={network} activity={look.activity} step={now} onStep={setStep} />
            </>
          )}
        </section>
        {look === null ? null : (
          <Inside activity={look.activity} timesteps={facts.plan.timesteps} step={now} say={setSaid} />
        )}
      </main>
      <footer>
        <p>
          This file holds the network, all that computes it, and this page: nothing is loaded, and nothing
          that you give it leaves it. Made by atif {facts.version}.
          {DIGITS.includes(facts.samples?.name ?? "")
            ? " The digits are from the UCI repository (E. Alpaydin, C. Kaynak, 1998), CC BY 4.0."
            : ""}
        </p>
      </footer>
      <p class="unseen" role="status" aria-live="polite">
        {said}
      </p>
    </div>
  );
}

function firstLook(network: Network, strokes: readonly Stroke[], { samples, index }: Given): Look | null {
  const sample = samples.at(index);
  return sample === undefined ? null : { sample, strokes, activity: lookAt(network, sample) };
}

function Header({ network: { model, facts, learned, isUntrained } }: { network: Network }) {
  const weights = model.parameters().reduce((sum, { size }) => sum + size, 0);
  const { testAccuracy, dataset } = learned;
  const of = typeof dataset === "string" ? dataset : "samples";
  return (
    <header>
      <h1>{facts.name}</h1>
      <p>
        A network of spiking neurons: {model.architecture.kind}, {facts.plan.timesteps} time steps,{" "}
        {grouped(weights)} weights
        {isUntrained ? ", untrained" : ""}
        {typeof testAccuracy === "number" ? `; ${percent(testAccuracy)} of held-out ${of} right` : ""}. Each
        neuron adds up what it takes in, and where the sum reaches its threshold θ it fires a spike and
        subtracts θ.
      </p>
    </header>
  );
}

interface ScrubberProps {
  readonly timesteps: number;
  readonly step: number;
  readonly onStep: (step: number) => void;
}

function Scrubber({ timesteps, step, onStep }: ScrubberProps) {
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => {
      if (step >= timesteps) setPlaying(false);
      else onStep(step + 1);
    }, STEP_TIME);
    return () => clearTimeout(timer);
  }, [isPlaying, step, timesteps]);
  return (
    <div class="scrubber">
      <button
        type="button"
        onClick={() => {
          if (!isPlaying && step >= timesteps) onStep(1);
          setPlaying(!isPlaying);
        }}
      >
        {isPlaying ? "Stop" : "Play"}
      </button>
      <Slider
        label="Time step"
        low={1}
        high={timesteps}
        step={1}
        value={step}
        shown={`${step} of ${timesteps}`}
        onInput={onStep}
      />
    </div>
  );
}

function spoken({ classNames }: Network, { sample, activity: { answers, scores, classes } }: Look): string {
  const last = answers.length;
  const score = scores[(last - 1) * classes + answers[last - 1]];
  return `The answer to ${sample.source} after ${last} time steps is ${classNames[answers[last - 1]]}, with a score of ${figure(score)}.`;
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
