/** How to cite the library, for those who write papers with BibTeX. */

/** @param version of the library */
export function citation(version: string): string {
  return `@software{atif,
  title = {atif: spiking neural networks with learnable thresholds},
  author = {{the atif authors}},
  version = {${version}},
  year = {2026},
  license = {Apache-2.0}
}`;
}
