/** One panel of the page, for an iframe: without the header, with a way to the whole page. */

import type { ComponentType } from "preact";
import { NoticeBar } from "./app.js";
import type { Embed } from "./embed.js";
import { wholePage } from "./embed.js";
import { Announcer } from "./panels/announcer.js";
import { DrawPanel } from "./panels/draw.js";
import { LookInsidePanel, StaircasePanel, TrainPanel } from "./panels/story.js";
import { Scrubber } from "./panels/scrubber.js";
import { currentAddress as address } from "./state/current-address.js";
import { select } from "./state/page-state.js";
import { words } from "./words/words.js";

const panels: {
  readonly [Name in Embed]: {
    readonly section: "draw" | "stairs" | "inside" | "train";
    readonly Panel: ComponentType;
  };
} = {
  draw: { section: "draw", Panel: DrawPanel },
  staircase: { section: "stairs", Panel: StaircasePanel },
  raster: { section: "inside", Panel: LookInsidePanel },
  train: { section: "train", Panel: TrainPanel },
};

const failed = select((state) => state.failed);
const isReady = select(({ engine, model }) => engine !== null && model !== null);

export function Embedded({ embed }: { embed: Embed }) {
  const { section, Panel } = panels[embed];
  const { page, status } = words;
  return (
    <>
      <NoticeBar />
      <Announcer />
      <main id="main" data-ready={isReady.value}>
        <section id={section} aria-labelledby="embedded-title">
          <h1 id="embedded-title">{page.sections[section]}</h1>
          {isReady.value && !failed.value ? (
            <>
              {section === "inside" ? <Scrubber /> : null}
              <Panel />
            </>
          ) : (
            <p role="status">{failed.value ? status.failed : status.loading}</p>
          )}
          <p class="muted">
            <a href={wholePage(location, address.value)} target="_blank" rel="noopener">
              {page.wholePage}
            </a>
          </p>
        </section>
      </main>
    </>
  );
}
