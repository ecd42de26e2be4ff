/** Numbers as they are shown to people; files and addresses have others. */

/** How a language writes numbers: a row of its table of words. */
export interface NumberWords {
  /** For Intl: "en-US" */
  readonly locale: string;
  /** "12.5" -> "12.5 %" */
  readonly percent: (number: string) => string;
}

/** Made once: there are hundreds of numbers on the page, and a new Intl.NumberFormat for each would be slow. */
function formatsOf({ locale, percent }: NumberWords) {
  const format = (options: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options);
  return {
    percent,
    tenths: format({ minimumFractionDigits: 1, maximumFractionDigits: 1, useGrouping: false }),
    grouped: format({ maximumFractionDigits: 3 }),
    figures: format({ maximumSignificantDigits: 3, useGrouping: false }),
    exact: format({ maximumSignificantDigits: 15, useGrouping: false }),
  };
}

let formats = formatsOf({ locale: "en-US", percent: (number) => `${number} %` });

export function setNumberWords(words: NumberWords): void {
  formats = formatsOf(words);
}

export function percent(share: number): string {
  return formats.percent(oneDecimal(100 * share));
}

export function wholePercent(share: number): string {
  return formats.percent(exact(Math.round(100 * share)));
}

/** Without "-0.0". */
export function oneDecimal(value: number): string {
  return formats.tenths.format(withoutSign(Number(value.toFixed(1))));
}

/** Three significant figures, without an exponent for what people read as a number. */
export function figure(value: number): string {
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1000) return grouped(Math.round(value));
  if (size >= 0.001) return formats.figures.format(value);
  const [mantissa, exponent] = value.toExponential(1).split("e");
  return `${oneDecimal(Number(mantissa))}e${exponent}`;
}

/** Every digit of a setting: 0.0081 */
export function exact(value: number): string {
  return formats.exact.format(value);
}

/** "1 picture", "2 pictures" */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** 12,345 */
export function grouped(value: number): string {
  return formats.grouped.format(withoutSign(value));
}

function withoutSign(value: number): number {
  return value === 0 ? 0 : value;
}

/** "7 s", "1 min 0 s", "1 h 5 min": rounded up as a whole, so that no part is 60. The units are the same in all languages. */
export function duration(seconds: number): string {
  const whole = Math.ceil(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
