/** Texts with emphasis: what a table of words says where a plain string is not enough. */

export interface Emphasis {
  readonly tag: "em" | "i" | "b" | "code";
  readonly text: string;
}

/** Shown by panels/emphasised.tsx. Names of files may stand in it, and are never taken for markup. */
export type Text = readonly (string | Emphasis)[];

const emphasis =
  (tag: Emphasis["tag"]) =>
  (text: string): Emphasis => ({ tag, text });

export const em = emphasis("em");
export const b = emphasis("b");
export const code = emphasis("code");
/** A symbol, as formulas have it: i("θ") */
export const i = emphasis("i");

/** text`A network of ${em("spiking")} neurons.` */
export function text(strings: TemplateStringsArray, ...values: readonly (string | Emphasis)[]): Text {
  return strings.flatMap((string, at) => (at < values.length ? [string, values[at]] : [string]));
}
