/** About this page: what it computes with, how smoothly it draws, and where its digits are from. */

import { select } from "../state/page-state.js";
import { shownDataName } from "../state/data-name.js";
import { words } from "../words/words.js";
import { Emphasised } from "./emphasised.js";

const engine = select((state) => state.engine);
const data = select((state) => state.data);
const frames = select((state) => state.training.frames);

export function AboutPanel() {
  const { about, page, status, train } = words;
  const { drawn, dropped } = frames.value;
  return (
    <>
      <p>
        <Emphasised text={about.lead} />
      </p>
      <dl class="figures">
        {data.value === null ? null : (
          <div>
            <dt>{about.data}</dt>
            <dd>{about.dataOf(shownDataName(data.value.name), data.value.train, data.value.test)}</dd>
          </div>
        )}
        {engine.value === null ? null : (
          <div>
            <dt>{about.threads}</dt>
            <dd>{status.computing(engine.value.threads, engine.value.isolated)}</dd>
          </div>
        )}
        <div>
          <dt>{about.lateFrames}</dt>
          <dd>{drawn === 0 ? "–" : train.countOf(dropped, drawn + dropped)}</dd>
        </div>
      </dl>
      <p>
        <Emphasised text={page.footer} />
      </p>
    </>
  );
}
