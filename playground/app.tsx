/** The page: what it is, then one section per thing to do. */

import { dismissNotice, setTheme } from "./actions.js";
import { goToSection } from "./address.js";
import { percent } from "./format.js";
import { Announcer } from "./panels/announcer.js";
import { CarryPanel } from "./panels/carry.js";
import { HealthPanel } from "./panels/health.js";
import { StaircasePanel } from "./panels/staircase.js";
import { DrawPanel } from "./panels/draw.js";
import { LookInsidePanel } from "./panels/look-inside.js";
import { TrainPanel } from "./panels/train.js";
import { select, type Theme } from "./state/page-state.js";

const sections = [
  { id: "draw", title: "Draw", Panel: DrawPanel },
  { id: "inside", title: "Look inside", Panel: LookInsidePanel },
  { id: "stairs", title: "The staircase", Panel: StaircasePanel },
  { id: "train", title: "Train", Panel: TrainPanel },
  { id: "health", title: "Threshold health", Panel: HealthPanel },
  { id: "carry", title: "Load, save, share", Panel: CarryPanel },
] as const;

const engine = select((state) => state.engine);
const failed = select((state) => state.failed);
const model = select((state) => state.model);
const data = select((state) => state.data);
const notice = select((state) => state.notice);
const theme = select((state) => state.theme);

export function App() {
  return (
    <>
      <a class="skip" href="#main" onClick={(event) => follow(event, "main")}>
        Skip to the content
      </a>
      <header>
        <div class="headline">
          <h1>See it think</h1>
          <ThemeSwitch />
        </div>
        <p class="lead">
          This is a network of <em>spiking</em> neurons. Each one adds up what it receives, and when the sum
          reaches its threshold <i>θ</i> it fires a spike and subtracts <i>θ</i>. The thresholds are{" "}
          <em>learned</em>. Here you can draw a digit, follow every spike to the answer, train a network
          yourself, and see what a learned threshold is good for. Everything is computed in this tab; nothing
          you draw or load leaves it.
        </p>
        <Status />
        <nav aria-label="Sections">
          {sections.map(({ id, title }) => (
            <a key={id} href={`#${id}`} onClick={(event) => follow(event, id)}>
              {title}
            </a>
          ))}
        </nav>
      </header>
      <NoticeBar />
      <Announcer />
      <main id="main">
        {sections.map(({ id, title, Panel }) => (
          <section key={id} id={id} aria-labelledby={`${id}-title`}>
            <h2 id={`${id}-title`}>{title}</h2>
            <Panel />
          </section>
        ))}
      </main>
      <footer>
        <p>
          Computed by <b>atif</b>, the same library and kernels as on the command line. The digits are from
          the UCI repository (E. Alpaydin, C. Kaynak, 1998), CC BY 4.0.
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
  if (failed.value) {
    return (
      <p class="status" role="status">
        The page cannot compute: the message says why. Load it again.
      </p>
    );
  }
  if (engine.value === null || model.value === null || data.value === null) {
    return (
      <p class="status" role="status">
        Loading the network …
      </p>
    );
  }
  const { isolated, threads } = engine.value;
  const { origin, fileName, timesteps, parameters, facts } = model.value;
  const name = {
    shipped: "the digits network that comes with this page",
    new: "a new network that has learned nothing yet",
    trained: "the network you train below",
    file: fileName ?? "a file",
  }[origin];
  return (
    <p class="status" role="status" data-ready="true">
      Network: <b>{name}</b>, {timesteps} time steps, {parameters.toLocaleString("en-US")} weights
      {typeof facts.testAccuracy === "number"
        ? `, ${percent(facts.testAccuracy)} of held-out ${facts.dataset ?? "data"} right`
        : ""}
      . Data: <b>{data.value.name}</b>, {data.value.train} to learn from, {data.value.test} held out.
      Computing on {threads === 1 ? "one thread" : `${threads} threads`}
      {isolated ? "" : " (this server sends no cross-origin isolation headers, which more would need)"}.
    </p>
  );
}

function NoticeBar() {
  const { value } = notice;
  if (value === null) return null;
  return (
    // What is done is read by the announcer: regions that come with their words are not.
    <div class={`notice ${value.kind}`} {...(value.kind === "error" ? { role: "alert" } : {})}>
      <p>{value.sentence}</p>
      <button type="button" onClick={dismissNotice}>
        Close
      </button>
    </div>
  );
}

function ThemeSwitch() {
  return (
    <label class="theme">
      Colours{" "}
      <select value={theme.value} onChange={({ currentTarget }) => setTheme(currentTarget.value as Theme)}>
        <option value="system">as the system</option>
        <option value="light">light</option>
        <option value="dark">dark</option>
      </select>
    </label>
  );
}
