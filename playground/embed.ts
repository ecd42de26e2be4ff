/** One panel for another page: `?embed=staircase` in an iframe, which is told how high it is. docs/playground.md describes it. */

export const EMBEDS = ["draw", "staircase", "raster", "train"] as const;

export type Embed = (typeof EMBEDS)[number];

/** @param search of the page's address. @returns null: the whole page, also where the panel that is asked for is none */
export function embedOf(search: string): Embed | null {
  const asked = new URLSearchParams(search).get("embed");
  return EMBEDS.find((embed) => embed === asked) ?? null;
}

/** The address of the whole page that shows the same. @param hash without "#" */
export function wholePage({ origin, pathname, search }: Location | URL, hash: string): string {
  const rest = new URLSearchParams(search);
  rest.delete("embed");
  const left = rest.toString();
  return `${origin}${pathname}${left === "" ? "" : `?${left}`}#${hash}`;
}

/** What the page around is told, with every change: `{ type: "atif-height", embed, height }`, in CSS pixels. */
export interface HeightMessage {
  readonly type: "atif-height";
  readonly embed: Embed;
  readonly height: number;
}

/** To whoever embeds the page: a height is nothing that must be kept from anybody. */
export function tellHeight(embed: Embed, content: HTMLElement): void {
  if (parent === window) return;
  // With the margins of what is in it.
  content.style.display = "flow-root";
  let before = 0;
  const tell = (): void => {
    const height = Math.ceil(content.getBoundingClientRect().height);
    if (height === before) return;
    before = height;
    parent.postMessage({ type: "atif-height", embed, height } satisfies HeightMessage, "*");
  };
  new ResizeObserver(tell).observe(content);
  tell();
}
