/** The page: what it is, then one section per thing to do. */

import { dismissNotice, setTheme } from "./actions.js";
import { goToSection } from "./address.js";
import { percent } from "./format.js";
import { Announcer } from "./panels/announcer.js";
import { DeploySection } from "./deploy/deploy-section.js";
import { CarryPanel } from "./panels/carry.js";
import { Emphasised } from "./panels/emphasised.js";
import { HealthPanel } from "./panels/health.js";
import { StaircasePanel } from "./panels/staircase.js";
import { DrawPanel } from "./panels/draw.js";
import { LookInsidePanel } from "./panels/look-inside.js";
import { TrainPanel } from "./panels/train.js";
import { shownDataName } from "./state/data-name.js";
import { select, type Theme } from "./state/page-state.js";
import { words } from "./words/words.js";

const sections = [
  { id: "draw", Panel: DrawPanel },
  { id: "inside", Panel: LookInsidePanel },
  { id: "stairs", Panel: StaircasePanel },
  { id: "train", Panel: TrainPanel },
  { id: "health", Panel: HealthPanel },
  { id: "carry", Panel: CarryPanel },
  { id: "deploy", Panel: DeploySection },
] as const;

const engine = select((state) => state.engine);
const failed = select((state) => state.failed);
const model = select((state) => state.model);
const data = select((state) => state.data);
const notice = select((state) => state.notice);
const theme = select((state) => state.theme);

export function App() {
  const { page } = words;
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => follow(event, "main")}>
        {page.skip}
      </a>
      <header>
        <div class="headline">
          <h1>{page.title}</h1>
          <ThemeSwitch />
        </div>
        <p class="lead">
          <Emphasised text={page.lead} />
        </p>
        <Status />
        <nav aria-label={page.sectionsLabel}>
          {sections.map(({ id }) => (
            <a key={id} href={`#${id}`} onClick={(event) => follow(event, id)}>
              {page.sections[id]}
            </a>
          ))}
        </nav>
      </header>
      <NoticeBar />
      <Announcer />
      <main id="main">
        {sections.map(({ id, Panel }) => (
          <section key={id} id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{page.sections[id]}</h2>
            <Panel />
          </section>
        ))}
      </main>
      <footer>
        <p>
          <Emphasised text={page.footer} />
        </p>
      </footer>
    </>
  );
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
  const { isolated, threads } = engine.value;
  const { origin, fileName, timesteps, parameters, facts } = model.value;
  const name = origin === "file" ? (fileName ?? status.origins.file) : status.origins[origin];
  const dataset = typeof facts.dataset === "string" ? shownDataName(facts.dataset) : null;
  return (
    <p class="status" role="status" data-ready="true">
      <Emphasised text={status.network(name, timesteps, parameters)} />
      {typeof facts.testAccuracy === "number" ? status.accuracy(percent(facts.testAccuracy), dataset) : ""}
      <Emphasised
        text={status.data(shownDataName(data.value.name), data.value.train, data.value.test)}
      />{" "}
      {status.computing(threads, isolated)}
    </p>
  );
}

export function NoticeBar() {
  const { value } = notice;
  if (value === null) return null;
  return (
    // What is done is read by the announcer: regions that come with their words are not.
    <div class={`notice ${value.kind}`} {...(value.kind === "error" ? { role: "alert" } : {})}>
      <p>{value.sentence}</p>
      <button type="button" onClick={dismissNotice}>
        {words.page.close}
      </button>
    </div>
  );
}

const themes: readonly Theme[] = ["system", "light", "dark"];

function ThemeSwitch() {
  return (
    <label class="theme">
      {words.page.theme}{" "}
      <select value={theme.value} onChange={({ currentTarget }) => setTheme(currentTarget.value as Theme)}>
        {themes.map((each) => (
          <option key={each} value={each}>
            {words.page.themes[each]}
          </option>
        ))}
      </select>
    </label>
  );
}
