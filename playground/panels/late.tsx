/** A panel that is loaded when it is opened for the first time. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { told } from "../actions.js";
import { notLoaded } from "../state/not-loaded.js";

export function late(load: () => Promise<ComponentType>): ComponentType {
  const loaded = signal<ComponentType | null>(null);
  return function Late() {
    useEffect(() => {
      if (loaded.peek() !== null) return;
      void told(async () => {
        const Panel = await load().catch(notLoaded);
        loaded.value = Panel;
      });
    }, []);
    const Panel = loaded.value;
    return Panel === null ? null : <Panel />;
  };
}
