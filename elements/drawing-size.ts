/** Units of a stroke's coordinates across the square that is drawn on. */
export const DRAWING_SIZE = 280;
