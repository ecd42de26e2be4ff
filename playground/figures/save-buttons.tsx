/** Buttons that save a figure; what they need is loaded when the first is pressed. */

import { ask, download, told } from "../actions.js";
import { current } from "../state/page-state.js";
import { notLoaded } from "../state/not-loaded.js";
import { words } from "../words/words.js";
import type { FigureFormat, FigureName, FigureQuestion } from "./figure-protocol.js";

const FORMATS: readonly FigureFormat[] = ["svg", "png", "csv"];

interface Props {
  readonly figure: FigureName;
  readonly disabled?: boolean;
  /** Whether it is a table, of which there is no picture: health is one. */
  readonly isTable?: boolean;
}

export function SaveButtons({ figure, disabled = false, isTable = figure === "health" }: Props) {
  const { save: label, names } = words.figures;
  const formats = isTable ? FORMATS.slice(2) : FORMATS;
  return (
    <div class="buttons" role="group" aria-label={label(names[figure])}>
      {formats.map((format) => (
        <button
          key={format}
          type="button"
          disabled={disabled}
          aria-label={`${label(names[figure])}: ${format.toUpperCase()}`}
          onClick={() => void told(() => save(figure, format))}
        >
          {format.toUpperCase()} ↓
        </button>
      ))}
    </div>
  );
}

async function save(figure: FigureName, format: FigureFormat): Promise<void> {
  const { contentOf } = await import("./save-figure.js").catch(notLoaded);
  const content = await contentOf(await ask("figure", questionOf(figure)), format);
  if (content !== null) download(`${figure}.${format}`, content);
}

function questionOf(figure: FigureName): FigureQuestion {
  const { picked, training } = current();
  if (figure === "membrane") return { figure, picked: picked ?? { layer: 0, neuron: 0 } };
  return figure === "curves" ? { figure, history: training.history } : { figure };
}
