/** The spike raster: every neuron of every layer, every time step; zoom, move, point at a spike, pick a neuron. */

import { useEffect, useRef, useState } from "preact/hooks";
import { parseColour, themeColours } from "./colours.js";
import { neuronName } from "./neuron-name.js";
import {
  clampView,
  drawRaster,
  neuronOfRow,
  rowOfNeuron,
  totalNeurons,
  type RasterView,
} from "./raster-pixels.js";
import type { PickedNeuron, SpikeRecord } from "./spike-record.js";
import { useRedraw } from "./use-redraw.js";
import { drawingWords as words } from "./words.js";

const HEIGHT = 420;
/** A pointer that moved less has clicked. */
const CLICK_DISTANCE = 5;

interface Props {
  readonly look: SpikeRecord;
  readonly step: number;
  readonly picked: PickedNeuron | null;
  readonly onPick: (picked: PickedNeuron) => void;
  /** To those who do not see it. */
  readonly say: (sentence: string) => void;
  /** How many neurons are seen at first: all of them if it is left out. */
  readonly rows?: number;
}

interface Spot {
  readonly row: number;
  readonly step: number;
}

/** Where a drag or a pinch began. */
interface Grip {
  readonly y: number;
  readonly view: RasterView;
  moved: boolean;
}

export function Raster({ look, step, picked, onPick, say, rows = Infinity }: Props) {
  const { layers, timesteps } = look;
  const total = totalNeurons(layers);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [wanted, setView] = useState<RasterView | null>(null);
  const [spot, setSpot] = useState<Spot | null>(null);
  const view = clampView(wanted ?? { first: 0, count: Math.min(rows, total) }, total);
  const latest = useRef(view);
  latest.current = view;
  const pointers = useRef(new Map<number, number>());
  const grip = useRef<Grip | null>(null);
  const pinch = useRef<{ distance: number; view: RasterView } | null>(null);

  const paint = (): void => {
    const element = canvas.current;
    const context = element?.getContext("2d");
    if (element === null || context === null || context === undefined) return;
    const ratio = Math.min(2, devicePixelRatio);
    const [width, height] = [
      Math.max(1, Math.round(element.clientWidth * ratio)),
      Math.round(HEIGHT * ratio),
    ];
    if (element.width !== width || element.height !== height) Object.assign(element, { width, height });
    const { paper, spike, ink, accent } = themeColours(element);
    const colours = { paper: parseColour(paper), spike: parseColour(spike), line: parseColour(ink) };
    const image = context.createImageData(width, height);
    drawRaster(new Uint32Array(image.data.buffer), width, height, layers, timesteps, view, step, colours);
    context.putImageData(image, 0, 0);
    const mark = (row: number, colour: string): void => {
      const y = ((row - view.first) / view.count) * height;
      context.strokeStyle = colour;
      context.lineWidth = 2 * ratio;
      context.strokeRect(0, y - ratio, width, Math.max(2 * ratio, height / view.count) + ratio);
    };
    if (picked !== null) mark(rowOfNeuron(layers, picked), accent);
    context.fillStyle = accent;
    const right = (step * width) / timesteps;
    context.fillRect(right - ratio, 0, 2 * ratio, height);
  };
  useEffect(paint, [look, step, picked, view.first, view.count]);
  useRedraw(paint);
  const pickedRow = picked === null ? null : rowOfNeuron(layers, picked);
  // What was picked elsewhere comes into sight.
  useEffect(() => {
    if (pickedRow === null || (pickedRow >= view.first && pickedRow < view.first + view.count)) return;
    setView({ ...view, first: pickedRow + 0.5 - view.count / 2 });
  }, [pickedRow]);
  const repaint = useRef(paint);
  repaint.current = paint;
  useEffect(() => {
    const element = canvas.current;
    if (element === null) return;
    const observer = new ResizeObserver(() => repaint.current());
    observer.observe(element);
    // Not a passive listener: the page must not scroll while the raster zooms.
    const onWheel = (event: WheelEvent): void => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      zoom(1.25 ** Math.sign(event.deltaY), (event.clientY - element.getBoundingClientRect().top) / HEIGHT);
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener("wheel", onWheel);
    };
  }, []);

  const totalNow = useRef(total);
  totalNow.current = total;
  /** @param factor below 1: closer. @param at what stays in place, from 0, the top, to 1 */
  function zoom(factor: number, at = 0.5, from = latest.current): void {
    const count = clampView({ first: 0, count: from.count * factor }, totalNow.current).count;
    setView({ first: from.first + (from.count - count) * at, count });
  }
  const move = (share: number): void => setView({ ...view, first: view.first + share * view.count });

  const spotOf = ({ clientX, clientY }: MouseEvent): Spot => {
    const box = canvas.current?.getBoundingClientRect() ?? new DOMRect();
    const inside = (share: number, count: number): number =>
      Math.min(count - 1, Math.max(0, Math.floor(share * count)));
    return {
      row: view.first + inside((clientY - box.top) / box.height, view.count),
      step: 1 + inside((clientX - box.left) / box.width, timesteps),
    };
  };

  const onPointerDown = (event: PointerEvent): void => {
    canvas.current?.setPointerCapture(event.pointerId);
    pointers.current.set(event.pointerId, event.clientY);
    grip.current = { y: event.clientY, view, moved: pointers.current.size > 1 };
    if (pointers.current.size === 2) pinch.current = { distance: distance(pointers.current), view };
  };
  const onPointerMove = (event: PointerEvent): void => {
    setSpot(spotOf(event));
    const isFinger = event.pointerType === "touch";
    if (!pointers.current.has(event.pointerId)) return;
    pointers.current.set(event.pointerId, event.clientY);
    if (pinch.current !== null && pointers.current.size === 2) {
      zoom(pinch.current.distance / distance(pointers.current), 0.5, pinch.current.view);
    } else if (grip.current !== null && Math.abs(event.clientY - grip.current.y) > CLICK_DISTANCE) {
      grip.current.moved = true;
      // One finger scrolls the page, two zoom, and the buttons move.
      if (isFinger) return;
      const { first, count } = grip.current.view;
      setView({ first: first - ((event.clientY - grip.current.y) / HEIGHT) * count, count });
    }
  };
  const onPointerUp = (event: PointerEvent): void => {
    if (grip.current?.moved === false) onPick(neuronOfRow(layers, spotOf(event).row));
    onPointerCancel(event);
  };
  /** The page scrolls, or the finger has left: nothing was meant. */
  const onPointerCancel = (event: PointerEvent): void => {
    pointers.current.delete(event.pointerId);
    if (pointers.current.size < 2) pinch.current = null;
    grip.current = null;
  };

  const onKeyDown = (event: KeyboardEvent): void => {
    const at = spot ?? { row: view.first, step };
    const page = Math.max(1, Math.round(view.count / 20));
    const jump = event.shiftKey ? page : 1;
    const choose = (row: number): void => {
      const neuron = neuronOfRow(layers, row);
      say(words.picked(neuronName(look, neuron)));
      onPick(neuron);
    };
    const to = (row: number, t: number): void => {
      const next = { row: Math.min(total - 1, Math.max(0, row)), step: Math.min(timesteps, Math.max(1, t)) };
      setSpot(next);
      say(described(look, next));
      if (next.row < view.first) setView({ ...view, first: next.row });
      if (next.row >= view.first + view.count) setView({ ...view, first: next.row - view.count + 1 });
    };
    const actions: Record<string, () => void> = {
      ArrowUp: () => to(at.row - jump, at.step),
      ArrowDown: () => to(at.row + jump, at.step),
      ArrowLeft: () => to(at.row, at.step - 1),
      ArrowRight: () => to(at.row, at.step + 1),
      PageUp: () => to(at.row - page, at.step),
      PageDown: () => to(at.row + page, at.step),
      Home: () => to(0, at.step),
      End: () => to(total - 1, at.step),
      Enter: () => choose(at.row),
      " ": () => choose(at.row),
      "+": () => zoom(0.5),
      "-": () => zoom(2),
    };
    const action = actions[event.key];
    if (action === undefined) return;
    event.preventDefault();
    action();
  };

  /** Who comes with the keyboard sees where it points. */
  const onFocus = (): void => {
    if (canvas.current?.matches(":focus-visible") === true) setSpot({ row: view.first, step });
  };

  const whole = view.count === total;
  return (
    <div class="raster">
      <div class="buttons">
        <button type="button" onClick={() => zoom(0.5)}>
          {words.raster.closer}
        </button>
        <button type="button" disabled={whole} onClick={() => zoom(2)}>
          {words.raster.further}
        </button>
        <button type="button" disabled={whole} onClick={() => move(-0.5)} aria-label={words.raster.up}>
          ↑
        </button>
        <button type="button" disabled={whole} onClick={() => move(0.5)} aria-label={words.raster.down}>
          ↓
        </button>
        <button type="button" disabled={whole} onClick={() => setView({ first: 0, count: total })}>
          {words.raster.all(total)}
        </button>
      </div>
      <div class="raster-frame">
        <LayerNames look={look} view={view} />
        <div class="raster-surface">
          <canvas
            ref={canvas}
            class="raster-canvas"
            style={{ height: `${HEIGHT}px` }}
            tabIndex={0}
            role="application"
            aria-roledescription={words.raster.role}
            aria-label={words.raster.help(total, timesteps)}
            onPointerDown={onPointerDown}
            onPointerMove={onPointerMove}
            onPointerUp={onPointerUp}
            onPointerCancel={onPointerCancel}
            onPointerLeave={() => setSpot(null)}
            onKeyDown={onKeyDown}
            onFocus={onFocus}
            onBlur={() => setSpot(null)}
          />
          {spot === null ? null : <Cursor spot={spot} view={view} timesteps={timesteps} />}
        </div>
        <ol class="raster-steps" aria-hidden="true">
          {Array.from({ length: timesteps }, (_, t) => (
            <li key={t}>{t + 1}</li>
          ))}
        </ol>
      </div>
      <p class="muted raster-spot">
        {spot === null || spot.row >= total ? words.raster.hint : described(look, spot)}
      </p>
    </div>
  );
}

/** A frame around what is pointed at; however thin a row is, it is seen. */
function Cursor({ spot, view, timesteps }: { spot: Spot; view: RasterView; timesteps: number }) {
  const percent = (share: number): string => `${100 * share}%`;
  if (spot.row < view.first || spot.row >= view.first + view.count) return null;
  return (
    <span
      class="raster-cursor"
      aria-hidden="true"
      style={{
        top: percent((spot.row - view.first) / view.count),
        height: percent(1 / view.count),
        left: percent((spot.step - 1) / timesteps),
        width: percent(1 / timesteps),
      }}
    />
  );
}

function distance(pointers: ReadonlyMap<number, number>): number {
  const [a = 0, b = 0] = [...pointers.values()];
  return Math.max(10, Math.abs(a - b));
}

function described(look: SpikeRecord, { row, step }: Spot): string {
  const { layer, neuron } = neuronOfRow(look.layers, row);
  const { spikes, neurons } = look.layers[layer];
  const fired = spikes[(step - 1) * neurons + neuron] === 1;
  return words.spikeAt(neuronName(look, { layer, neuron }), step, fired);
}

/** Each name beside the middle of what is seen of its layer; smaller ones where there are many. */
function LayerNames({ look: { layers }, view }: { look: SpikeRecord; view: RasterView }) {
  let first = 0;
  return (
    <div
      class="raster-layers"
      style={{ fontSize: `min(0.8rem, ${(0.9 * HEIGHT) / layers.length}px)` }}
      aria-hidden="true"
    >
      {layers.map(({ name, neurons }) => {
        const start = Math.max(view.first, first);
        const end = Math.min(view.first + view.count, first + neurons);
        first += neurons;
        if (end <= start) return null;
        const share = (end - start) / view.count;
        return (
          <div key={name} style={{ flex: `${share} 0 0`, minHeight: "1.1em" }}>
            {name}
          </div>
        );
      })}
    </div>
  );
}
