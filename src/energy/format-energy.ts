/** Energies for people. */

const units = ["pJ", "nJ", "µJ", "mJ", "J"];

/** 651943.45 pJ as "652 nJ" @param picojoules in pJ */
export function formatEnergy(picojoules: number): string {
  let [value, unit] = [picojoules, 0];
  while (Math.abs(value) >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  const digits = value >= 100 || value === 0 ? 0 : value >= 10 ? 1 : 2;
  return `${value.toFixed(digits)} ${units[unit]}`;
}
