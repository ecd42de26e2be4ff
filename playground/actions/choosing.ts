/** What the reader chooses: settings, colours, panels that are open. */

import { change, current, type Theme } from "../state/page-state.js";
import { withPanel, type PanelId } from "../state/panels.js";
import { ordered, type Settings } from "../state/settings.js";
import { rememberTheme } from "../state/theme.js";

export function set(changes: Partial<Settings>): void {
  change({ settings: ordered({ ...current().settings, ...changes }) });
}

export function setTheme(theme: Theme): void {
  change({ theme });
  document.documentElement.dataset.theme = theme;
  rememberTheme(theme, () => localStorage);
  // Canvases are drawn again.
  document.dispatchEvent(new Event("themechange"));
}

export function setPanel(id: PanelId, isOpen: boolean): void {
  change({ open: withPanel(current().open, id, isOpen) });
}
