/** The live region: answers, pauses and notices for those who do not see them. */

import { useEffect } from "preact/hooks";
import { percent } from "../format.js";
import { announce, announcement } from "../state/announcement.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import type { Look } from "../worker/protocol.js";

const look = select((state) => state.look);
const input = select((state) => state.input);
const status = select((state) => state.training.status);
const history = select((state) => state.training.history);
const notice = select((state) => state.notice);

/** Milliseconds without a further stroke before the answer is read: a pen asks for one at every move. */
const QUIET = 500;

export function Announcer() {
  // Not while the network learns: its answers change twice a second.
  const answered = status.value === "running" ? null : look.value;
  useEffect(() => {
    if (answered === null || isEmpty()) return;
    const timer = setTimeout(() => announce(sentenceOn(answered)), QUIET);
    return () => clearTimeout(timer);
  }, [answered]);
  useEffect(() => {
    const last = history.peek().at(-1)?.validation;
    const { training, accuracy } = words.announced;
    const measured = last ? accuracy(percent(last.accuracy)) : "";
    if (status.value === "running") announce(training.running);
    if (status.value === "paused") announce(training.paused + measured);
    if (status.value === "finished") announce(training.finished + measured);
  }, [status.value]);
  useEffect(() => {
    // An error is an alert, which speaks for itself.
    if (notice.value?.kind === "done") announce(notice.value.sentence);
  }, [notice.value]);
  return (
    <p id="announcer" class="unseen" role="status" aria-live="polite" aria-atomic="true">
      <span key={announcement.value.count}>{announcement.value.sentence}</span>
    </p>
  );
}

/** Nothing is drawn yet. */
function isEmpty(): boolean {
  const now = input.peek();
  return now.source === "drawing" && now.strokes.length === 0;
}

function sentenceOn({ answers, timesteps, classNames, labelName, isBlank, isUntrained }: Look): string {
  const { blank, untrained, answer, label } = words.announced;
  if (isBlank) return blank;
  const [first, last] = [answers[0], answers[timesteps - 1]].map((answer) => classNames[answer]);
  const said = isUntrained ? untrained : answer(timesteps, last, first);
  return labelName === null ? said : said + label(labelName);
}
