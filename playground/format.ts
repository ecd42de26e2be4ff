/** Numbers as the page shows them. */

export { figure, grouped, percent } from "../elements/format.js";

export function wholePercent(share: number): string {
  return `${Math.round(100 * share)} %`;
}

/** Without "-0.0". */
export function oneDecimal(value: number): string {
  const text = value.toFixed(1);
  return text === "-0.0" ? "0.0" : text;
}

/** "1 picture", "2 pictures" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** "7 s", "1 min 0 s", "1 h 5 min": rounded up as a whole, so that no part is 60. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
