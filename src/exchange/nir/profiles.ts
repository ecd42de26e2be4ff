/** How a soft reset, which NIR has no node for, is written. */

export const nirProfiles = ["portable", "annotated", "exact"] as const;

/**
 * - portable: IF, and the threshold as a factor in the weights behind it; what most tools read. Notes beside each node say what
 *   it was.
 * - annotated: IF and Scale, with the same notes; weights stay as they are.
 * - exact: spelled out with I, Threshold and Scale, so that whoever follows the text of NIR computes the same.
 */
export type NirProfile = (typeof nirProfiles)[number];
