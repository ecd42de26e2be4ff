/** A picture as SVG that stands alone, is read aloud by its title and description, and is seen on light and on dark. */

import { escaped } from "./xml-text.js";

export interface Picture {
  /** What its title and description are called: pictures on one page need different names. Letters, digits and -. */
  readonly id: string;
  readonly title: string;
  /** What it shows, in words. */
  readonly description: string;
  /** In pixels. */
  readonly width: number;
  readonly height: number;
  /** Elements of SVG. They may use the classes head (bold text) and axis (lines in the colour of axes). */
  readonly body: readonly string[];
}

/** SVG text. */
export function picture({ id, title, description, width, height, body }: Picture): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="${id}-title ${id}-desc">`,
    `<title id="${id}-title">${escaped(title)}</title>`,
    `<desc id="${id}-desc">${escaped(description)}</desc>`,
    // A ground of its own: what is behind the picture may be light while the viewer's preference is dark.
    `<style>text{font:13px system-ui,sans-serif;fill:#1b1b1b}.head{font-weight:bold}.ground{fill:#fff}.axis{stroke:#6b6b6b}@media(prefers-color-scheme:dark){text{fill:#ececec}.ground{fill:#1b1b1b}.axis{stroke:#a0a0a0}}</style>`,
    `<rect class="ground" width="${width}" height="${height}"/>`,
    ...body,
    `</svg>`,
    "",
  ].join("\n");
}
