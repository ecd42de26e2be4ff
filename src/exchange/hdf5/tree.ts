/** What an HDF5 file holds, as plain data: groups of names, and arrays. */

export interface Hdf5Group {
  readonly kind: "group";
  readonly children: ReadonlyMap<string, Hdf5Item>;
}

/** An array, or [] for one value. */
export interface Hdf5Dataset {
  readonly kind: "dataset";
  readonly shape: readonly number[];
  /** Floats of any width as float64; whole numbers where float64 holds them; texts. Row-major. */
  readonly values: Float64Array | readonly string[];
  readonly type: "float" | "whole" | "text";
}

/** Something of another kind, which is there and not read: a link, a compound type. */
export interface Hdf5Other {
  readonly kind: "other";
  /** "a soft link" */
  readonly what: string;
}

export type Hdf5Item = Hdf5Group | Hdf5Dataset | Hdf5Other;

export interface Hdf5Limits {
  /** Groups and arrays. */
  readonly items: number;
  /** Groups in groups. */
  readonly depth: number;
  /** Of all arrays, unpacked. */
  readonly bytes: number;
}
