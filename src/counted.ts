/** "1 sample", "2 samples": a number with its noun. @param many the plural, where it is not the noun with an s */
export function counted(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
