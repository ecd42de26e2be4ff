/** What the page shows of networks of other tools: loaded when the first one comes. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

export const foreignPanel = signal<ComponentType | null>(null);
