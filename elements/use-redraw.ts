/** Draws a canvas again when the colours of the page change. */

import { useEffect, useRef } from "preact/hooks";

export function useRedraw(draw: () => void): void {
  const latest = useRef(draw);
  latest.current = draw;
  useEffect(() => {
    const redraw = (): void => latest.current();
    const scheme = matchMedia("(prefers-color-scheme: dark)");
    scheme.addEventListener("change", redraw);
    document.addEventListener("themechange", redraw);
    return () => {
      scheme.removeEventListener("change", redraw);
      document.removeEventListener("themechange", redraw);
    };
  }, []);
}
