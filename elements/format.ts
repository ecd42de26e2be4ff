/** Numbers as they are shown. */

export function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
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
