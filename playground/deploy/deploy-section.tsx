/** The place of the panel for devices, which is loaded when the reader comes near it. */

import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { told } from "../actions.js";
import { notLoaded } from "../state/not-loaded.js";

const panel = signal<ComponentType | null>(null);

export function DeploySection() {
  const place = useRef<HTMLDivElement>(null);
  const Panel = panel.value;
  useEffect(() => {
    if (place.current === null) return;
    const near = new IntersectionObserver(
      (seen) => {
        if (!seen.some(({ isIntersecting }) => isIntersecting)) return;
        near.disconnect();
        void told(async () => {
          panel.value = (await import("./deploy-panel.js").catch(notLoaded)).DeployPanel;
        });
      },
      { rootMargin: "25%" },
    );
    near.observe(place.current);
    return () => near.disconnect();
  }, []);
  return Panel === null ? <div ref={place} /> : <Panel />;
}
