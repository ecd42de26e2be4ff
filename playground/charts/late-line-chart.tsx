/** Curves, whose library is loaded when there is something to draw. */

import { signal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { ComponentProps } from "preact";
import type { LineChart as Chart } from "./line-chart.js";

const loaded = signal<typeof Chart | null>(null);

export function LineChart(props: ComponentProps<typeof Chart>) {
  const isEmpty = props.x.length === 0;
  useEffect(() => {
    if (isEmpty || loaded.peek() !== null) return;
    // Without it there are no curves; the same numbers stand elsewhere as text.
    import("./line-chart.js").then(({ LineChart }) => (loaded.value = LineChart)).catch(() => undefined);
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
