/** Colours that keep apart for all kinds of sight, on white and on black (M. Okabe and K. Ito, 2008). */
export const colours = {
  blue: "#0072b2",
  orange: "#e69f00",
  pink: "#cc79a7",
  green: "#009e73",
  red: "#d55e00",
} as const;
