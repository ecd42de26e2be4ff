/** Numbers as the page shows them. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

export function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Without "-0.0". */
export function oneDecimal(value: number): string {
  const text = value.toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}

/** Three significant figures, without an exponent for what people read as a number. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) return grouped(Math.round(value));
  if (size < 0.001) return value.toExponential(1);
  return String(Number(value.toPrecision(3)));
}

/** 12,345 */
export function grouped(value: number): string {
  return value.toLocaleString("en-US");
}

export function duration(seconds: number): string {
  if (seconds < 60) return `${Math.ceil(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${minutes} min ${Math.round(seconds % 60)} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
