/** The event view: what the network sees at the step that is shown, how much there is at every step, and what is in a pixel. */

import { useRef, useState } from "preact/hooks";
import { goToStep } from "../actions.js";
import { insideMaps, movedCursor, type MapCursor } from "../charts/map-cursor.js";
import { SaveButtons } from "../figures/save-buttons.js";
import { announce } from "../state/announcement.js";
import { stop } from "../play.js";
import { eventWords } from "../words/event-words.js";
import type { Look, Sequence } from "../worker/protocol.js";
import { allOf, FramePicture } from "./frame-picture.js";
import { isPaired, planeOf, stepsOf, valueAt } from "./sequence-numbers.js";
import { rowsOf } from "./sequence-pixels.js";
import { StepBars } from "./step-bars.js";

export function EventView({ look, step }: { look: Look; step: number }) {
  const { sequence } = look;
  if (sequence === null) return null;
  const { view } = eventWords;
  return (
    <section class="event-view" aria-labelledby="event-view-title">
      <h3 id="event-view-title">{view.title}</h3>
      <p class="muted">
        {view.lead[sequence.kind]} {allOf(sequence)}
      </p>
      {isPaired(sequence) ? <Legend /> : null}
      <div class={sequence.kind === "rows" ? "event-rows" : "event-columns"}>
        <Frame sequence={sequence} step={step} />
        <StepBars sequence={sequence} step={step} madeFor={look.madeFor} />
      </div>
      <SaveButtons figure="events" isTable={!sequence.hasEvents} />
    </section>
  );
}

function Legend() {
  const { on, off, both } = eventWords.view;
  return (
    <p class="event-legend">
      <span class="event-key on" /> {on}
      <span class="event-key off" /> {off}
      <span class="event-key both" /> {both}
    </p>
  );
}

/** Large enough to point at. Page Up and Page Down of the cursor are steps: channels of a cursor are maps side by side. */
function Frame({ sequence, step }: { sequence: Sequence; step: number }) {
  const box = useRef<HTMLDivElement>(null);
  const [wanted, setCursor] = useState<Omit<MapCursor, "channel"> | null>(null);
  const { view } = eventWords;
  const inRows = sequence.kind === "rows";
  const timesteps = stepsOf(sequence);
  const plane = planeOf(sequence);
  // Of rows, the steps are the columns.
  const rows = inRows ? rowsOf(sequence).rows : plane.height;
  const columns = inRows ? timesteps : plane.width;
  const size = { height: rows, width: columns, channels: inRows ? 1 : timesteps };
  const now = { channel: inRows ? 0 : step - 1, row: 0, column: inRows ? step - 1 : 0 };
  const cursor = wanted === null ? null : insideMaps({ ...now, ...wanted }, size);

  const described = ({ channel, row, column }: MapCursor): string => {
    const at = inRows ? column + 1 : channel + 1;
    const place = inRows ? row * rowsOf(sequence).each : row * plane.width + column;
    const [off, on] = valueAt(sequence, at, place);
    const where = inRows ? view.place(place + 1, at) : view.pixel(row + 1, column + 1, at);
    return where + (isPaired(sequence) ? view.events(on, off) : view.value(on));
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const next = movedCursor(cursor ?? now, event.key, size);
    if (next === null) return;
    event.preventDefault();
    setCursor(next);
    const at = (inRows ? next.column : next.channel) + 1;
    if (at !== step) {
      stop();
      goToStep(at);
    }
    announce(described(next));
  };
  const onPointerMove = ({ clientX, clientY }: PointerEvent): void => {
    const { left, top, width, height } = box.current?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    const place = (share: number, count: number): number => Math.floor(share * count);
    setCursor({
      row: place((clientY - top) / height, rows),
      column: place((clientX - left) / width, columns),
    });
  };
  const onFocus = (): void => {
    if (box.current?.matches(":focus-visible") === true) setCursor({ row: now.row, column: now.column });
  };
  const percent = (share: number): string => `${100 * share}%`;
  return (
    <div>
      <div
        ref={box}
        class="event-frame"
        tabIndex={0}
        role="application"
        aria-roledescription={view.role}
        aria-label={inRows ? view.rowsHelp(plane.height, timesteps) : view.help(timesteps)}
        onKeyDown={onKeyDown}
        onPointerMove={onPointerMove}
        onPointerLeave={() => setCursor(null)}
        onFocus={onFocus}
        onBlur={() => setCursor(null)}
        {...(inRows ? {} : { style: { aspectRatio: `${columns} / ${rows}` } })}
      >
        <FramePicture sequence={sequence} step={step} class="event-canvas" />
        {inRows ? (
          <span
            class="event-now"
            aria-hidden="true"
            style={{ left: percent((step - 1) / timesteps), width: percent(1 / timesteps) }}
          />
        ) : null}
        {cursor === null ? null : (
          <span
            class="map-cursor"
            aria-hidden="true"
            style={{
              top: percent(cursor.row / rows),
              height: percent(1 / rows),
              left: percent(cursor.column / columns),
              width: percent(1 / columns),
            }}
          />
        )}
      </div>
      <p class="muted event-spot">{cursor === null ? view.hint : described(cursor)}</p>
    </div>
  );
}
