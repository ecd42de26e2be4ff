/** Elements of an array in C, some in a line. */
export function rows(values: readonly (number | string)[], perLine: number): string {
  const lines: string[] = [];
  for (let i = 0; i < values.length; i += perLine) lines.push(`  ${values.slice(i, i + perLine).join(", ")}`);
  return lines.join(",\n");
}
