/** The page: what it is, the network, what it looks at, and below what there is to see and to do, each opened on demand. */

import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { dismissNotice, setTheme } from "./actions.js";
import { goToSection } from "./address.js";
import { percent } from "./format.js";
import { Announcer } from "./panels/announcer.js";
import { DeploySection } from "./deploy/deploy-section.js";
import { CarryPanel } from "./panels/carry.js";
import { Disclosure } from "./panels/disclosure.js";
import { DrawPanel } from "./panels/draw.js";
import { Emphasised } from "./panels/emphasised.js";
import { Lessons } from "./panels/lessons.js";
import { late } from "./panels/late.js";
import { Scrubber } from "./panels/scrubber.js";
import { Strip } from "./panels/strip.js";
import { Told } from "./panels/told.js";
import { mayMove, play } from "./play.js";
import { shownDataName } from "./state/data-name.js";
import type { PanelId } from "./state/panels.js";
import { current, select, type Theme } from "./state/page-state.js";
import { words } from "./words/words.js";
import "./app.css";

const story = () => import("./panels/story.js");
const OneNeuronPanel = late(async () => (await story()).OneNeuronPanel);
const StaircasePanel = late(async () => (await story()).StaircasePanel);
const TrainPanel = late(async () => (await story()).TrainPanel);
const LookInsidePanel = late(async () => (await story()).LookInsidePanel);
const ComparePanel = late(async () => (await story()).ComparePanel);
const HealthPanel = late(async () => (await story()).HealthPanel);
const AboutPanel = late(async () => (await story()).AboutPanel);

const panels: readonly (readonly [id: PanelId, Panel: ComponentType, isKept?: boolean])[] = [
  ["neuron", OneNeuronPanel],
  ["stairs", StaircasePanel],
  ["train", TrainPanel],
  ["inside", LookInsidePanel],
  ["compare", ComparePanel],
  ["health", HealthPanel],
  ["deploy", DeploySection],
  // Files may be given to it before it is opened.
  ["carry", CarryPanel, true],
  ["about", AboutPanel],
];

const engine = select((state) => state.engine);
const failed = select((state) => state.failed);
const model = select((state) => state.model);
const data = select((state) => state.data);
const notice = select((state) => state.notice);
const theme = select((state) => state.theme);
const isSeen = select((state) => state.look !== null);

export function App() {
  const { page } = words;
  usePlayedOnce();
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => follow(event, "main")}>
        {page.skip}
      </a>
      <header>
        <div class="headline">
          <h1>{page.title}</h1>
          <Documentation />
          <ThemeSwitch />
        </div>
        <p class="lead">
          <Emphasised text={page.lead} />
        </p>
      </header>
      <NoticeBar />
      <Announcer />
      <main id="main">
        <section id="network" aria-labelledby="network-title">
          <h2 id="network-title" class="unseen">
            {page.sections.network}
          </h2>
          <Strip />
          <Status />
        </section>
        <Scrubber />
        <section id="draw" aria-labelledby="draw-title">
          <h2 id="draw-title" class="unseen">
            {page.sections.draw}
          </h2>
          <DrawPanel />
        </section>
        <Lessons />
        <div class="panels">
          {panels.map(([id, Panel, isKept]) => (
            <Disclosure key={id} id={id} Panel={Panel} isKept={isKept === true} />
          ))}
        </div>
      </main>
    </>
  );
}

/** The page opens with a digit that the network changes its mind about, and shows once how. */
function usePlayedOnce(): void {
  useEffect(() => {
    const { look, input } = current();
    if (look !== null && input.source === "sample" && mayMove()) play();
  }, [isSeen.value]);
}

/** The address holds the settings, and is not given up for a section. Other clicks open a tab, as everywhere. */
function follow(event: MouseEvent, id: string): void {
  if (event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  goToSection(id);
}

function Status() {
  const { status } = words;
  if (failed.value) {
    return (
      <p class="status" role="status">
        {status.failed}
      </p>
    );
  }
  if (engine.value === null || model.value === null || data.value === null) {
    return (
      <p class="status" role="status">
        {status.loading}
      </p>
    );
  }
  const { origin, fileName, timesteps, parameters, facts } = model.value;
  const name = origin === "file" ? (fileName ?? status.origins.file) : status.origins[origin];
  const dataset = typeof facts.dataset === "string" ? shownDataName(facts.dataset) : null;
  return (
    <p class="status" role="status" data-ready="true">
      <Emphasised text={status.network(name, timesteps, parameters)} />
      {typeof facts.testAccuracy === "number" ? status.accuracy(percent(facts.testAccuracy), dataset) : ""}.
    </p>
  );
}

export function NoticeBar() {
  const { value } = notice;
  if (value === null) return null;
  return (
    // What is done is read by the announcer: regions that come with their words are not.
    <div
      class={`notice ${value.kind}`}
      {...(value.kind === "error" ? { role: "alert" } : { role: "status", "aria-live": "off" })}
    >
      <div>
        <Told {...value} />
      </div>
      <button type="button" onClick={dismissNotice}>
        {words.page.close}
      </button>
    </div>
  );
}

/** Where the page stands beside it, its head names it. */
function Documentation() {
  const there = document.querySelector<HTMLLinkElement>("link[rel=help]")?.href;
  return there === undefined ? null : <a href={there}>{words.page.documentation}</a>;
}

const themes: readonly Theme[] = ["system", "light", "dark"];

function ThemeSwitch() {
  return (
    <label>
      <span class="theme-name">{words.page.theme} </span>
      <select
        aria-label={words.page.theme}
        value={theme.value}
        onChange={({ currentTarget }) => setTheme(currentTarget.value as Theme)}
      >
        {themes.map((each) => (
          <option key={each} value={each}>
            {words.page.themes[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
