/** Two runs side by side: the one at hand and the one before it, what they were set to and what came out. */

import type { EpochMetrics } from "atif";
import { exact, figure, percent } from "../format.js";
import { differences } from "../state/in-use.js";
import { select } from "../state/page-state.js";
import type { PastRun } from "../state/past-run.js";
import { words } from "../words/words.js";

const previous = select((state) => state.previous);
const training = select((state) => state.training);
const model = select((state) => state.model);

export function ComparePanel() {
  const { compare } = words;
  const before = previous.value;
  const settings = model.value?.settings ?? null;
  const now: PastRun | null =
    settings === null || training.value.history.length === 0
      ? null
      : { settings, training: training.value, layers: model.value?.layers ?? [] };
  return (
    <>
      <p>{compare.lead}</p>
      {before === null && now === null ? <p class="muted">{compare.none}</p> : null}
      {before === null && now === null ? null : <Table before={before} now={now} />}
    </>
  );
}

function Table({ before, now }: { before: PastRun | null; now: PastRun | null }) {
  const { compare } = words;
  const moved = before === null || now === null ? [] : differences(before.settings, now.settings);
  const layers = (now ?? before)?.layers ?? [];
  const rows: readonly (readonly [name: string, read: (run: PastRun) => string])[] = [
    [compare.rows.epochs, ({ training }) => exact(training.history.length)],
    [compare.rows.accuracy, (run) => shown(lastOf(run)?.validation?.accuracy, percent)],
    [compare.rows.best, (run) => shown(bestOf(run), percent)],
    [compare.rows.loss, (run) => shown(lastOf(run)?.validation?.loss, figure)],
    [compare.rows.spikes, (run) => shown(lastOf(run)?.spikesPerInference, figure)],
    ...layers.flatMap(({ path, name }): (readonly [string, (run: PastRun) => string])[] => [
      [compare.rows.theta(name), (run) => shown(layerOf(run, path)?.theta, figure)],
      [compare.rows.rate(name), (run) => shown(layerOf(run, path)?.firingRate, percent)],
    ]),
  ];
  return (
    <div class="table-scroll" tabIndex={0} role="group" aria-label={compare.caption}>
      <table class="before-after">
        <caption>
          {moved.length === 0 && before !== null && now !== null ? compare.same : compare.caption}
        </caption>
        <thead>
          <tr>
            <th scope="col">{compare.what}</th>
            <th scope="col">{compare.before}</th>
            <th scope="col">{compare.now}</th>
          </tr>
        </thead>
        <tbody>
          {moved.map(({ name, inUse, slider }) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{inUse}</td>
              <td>{slider}</td>
            </tr>
          ))}
          {rows.map(([name, read]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td>{before === null ? "–" : read(before)}</td>
              <td>{now === null ? "–" : read(now)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function lastOf({ training }: PastRun): EpochMetrics | undefined {
  return training.history.at(-1);
}

function bestOf({ training }: PastRun): number | undefined {
  const measured = training.history.flatMap(({ validation }) => validation?.accuracy ?? []);
  return measured.length === 0 ? undefined : Math.max(...measured);
}

function layerOf(run: PastRun, path: string): EpochMetrics["layers"][number] | undefined {
  return lastOf(run)?.layers.find(({ name }) => name === path);
}

function shown(value: number | undefined, format: (value: number) => string): string {
  return value === undefined ? "–" : format(value);
}
