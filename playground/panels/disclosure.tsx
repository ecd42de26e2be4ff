/** A panel that opens on demand. What is closed is not drawn, unless it has to be there. */

import type { ComponentType } from "preact";
import { setPanel } from "../actions.js";
import type { PanelId } from "../state/panels.js";
import { select } from "../state/page-state.js";
import { words } from "../words/words.js";
import "./disclosure.css";

const open = select((state) => state.open);

interface Props {
  readonly id: PanelId;
  readonly Panel: ComponentType;
  /** Whether it is there while it is closed. */
  readonly isKept?: boolean;
}

export function Disclosure({ id, Panel, isKept = false }: Props) {
  const isOpen = open.value.includes(id);
  return (
    <details
      id={id}
      class="panel"
      open={isOpen}
      onToggle={({ currentTarget }) => {
        if (currentTarget.open !== isOpen) setPanel(id, currentTarget.open);
      }}
    >
      <summary>
        <h2>{words.page.sections[id]}</h2> <span class="teaser">{words.page.teasers[id]}</span>
      </summary>
      <div class="panel-body">{isOpen || isKept ? <Panel /> : null}</div>
    </details>
  );
}
