/** From the contract's arguments to the module's: arrays become addresses. */

type Argument = Float32Array | Int32Array | number | boolean | null | undefined;

/** A kernel as the contract has it. */
export type Wrapper = (...values: Argument[]) => void;

/** A kernel as the module has it. */
export type Compiled = (...values: number[]) => void;

/** An absent array is a null pointer. */
function low(value: Argument): number {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return value ? 1 : 0;
  return value === null || value === undefined ? 0 : value.byteOffset;
}

/**
 * A function of a fixed number of parameters: to collect a rest parameter and spread it again would cost more than a
 * small kernel does, and to write the function with `new Function` is forbidden under a strict CSP. What a kernel
 * does not take is passed as 0, which the module ignores.
 *
 * @param count parameters of the kernel, at most 24
 */
export function wrap(k: Compiled, count: number): Wrapper {
  if (count <= 6) return (a, b, c, d, e, f) => k(low(a), low(b), low(c), low(d), low(e), low(f));
  if (count <= 11) {
    return (a, b, c, d, e, f, g, h, i, j, l) =>
      k(low(a), low(b), low(c), low(d), low(e), low(f), low(g), low(h), low(i), low(j), low(l));
  }
  if (count <= 16) {
    // prettier-ignore
    return (a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q) =>
      k(
        low(a), low(b), low(c), low(d), low(e), low(f), low(g), low(h),
        low(i), low(j), low(l), low(m), low(n), low(o), low(p), low(q),
      );
  }
  if (count > 24) throw new RangeError(`wrap: count is ${count}; expected at most 24.`);
  // prettier-ignore
  return (a, b, c, d, e, f, g, h, i, j, l, m, n, o, p, q, r, s, t, u, v, w, x, y) =>
    k(
      low(a), low(b), low(c), low(d), low(e), low(f), low(g), low(h), low(i), low(j),
      low(l), low(m), low(n), low(o), low(p), low(q), low(r), low(s), low(t), low(u),
      low(v), low(w), low(x), low(y),
    );
}
