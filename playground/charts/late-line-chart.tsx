/** Curves, whose library is loaded when there is something to draw, or will be. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ComponentProps } from "preact";
import type { LineChart as Chart } from "./line-chart.js";

const loaded = signal<typeof Chart | null>(null);

/** Before the first point comes. Without it there are no curves; the same numbers stand elsewhere as text. */
export function loadLineChart(): void {
  if (loaded.peek() !== null) return;
  import("./line-chart.js").then(({ LineChart }) => (loaded.value = LineChart)).catch(() => undefined);
}

export function LineChart(props: ComponentProps<typeof Chart>) {
  const isEmpty = props.x.length === 0;
  useEffect(() => {
    if (!isEmpty) loadLineChart();
  }, [isEmpty]);
  const Loaded = loaded.value;
  if (Loaded !== null) return <Loaded {...props} />;
  return (
    <figure class="chart">
      <figcaption>{props.title}</figcaption>
      <div class="chart-canvas" style={{ height: `${props.height ?? 180}px` }} />
    </figure>
  );
}
