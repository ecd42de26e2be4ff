/** Where the keyboard points among the feature maps of a layer: one pixel of one channel. */

export interface MapCursor {
  readonly channel: number;
  readonly row: number;
  readonly column: number;
}

/** What is shown of a layer. */
export interface MapsSize {
  readonly height: number;
  readonly width: number;
  readonly channels: number;
}

/** Keys that move it: arrows within a map, Page Up and Page Down from map to map, Home and End to the first and the last. */
export function movedCursor(cursor: MapCursor, key: string, size: MapsSize): MapCursor | null {
  const { channel, row, column } = cursor;
  const moves: Readonly<Record<string, MapCursor>> = {
    ArrowUp: { channel, row: row - 1, column },
    ArrowDown: { channel, row: row + 1, column },
    ArrowLeft: { channel, row, column: column - 1 },
    ArrowRight: { channel, row, column: column + 1 },
    PageUp: { channel: channel - 1, row, column },
    PageDown: { channel: channel + 1, row, column },
    Home: { channel: 0, row, column },
    End: { channel: size.channels - 1, row, column },
  };
  return Object.hasOwn(moves, key) ? insideMaps(moves[key], size) : null;
}

/** The nearest pixel that there is: another network has other maps. */
export function insideMaps(
  { channel, row, column }: MapCursor,
  { height, width, channels }: MapsSize,
): MapCursor {
  const inside = (at: number, count: number): number => Math.min(count - 1, Math.max(0, at));
  return { channel: inside(channel, channels), row: inside(row, height), column: inside(column, width) };
}

/** Its neuron in a layer [H, W, C]; of the channels more may exist than are shown. */
export function neuronOfCursor({ channel, row, column }: MapCursor, shape: readonly number[]): number {
  const [, width, channels] = shape;
  return (row * width + column) * channels + channel;
}
