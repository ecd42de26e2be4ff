/** What fires and pools in one kernel. Writes bits and v, of the state before (null: zeros) and theta [1]. */
export type PooledFiring = (
  bits: Int32Array,
  v: Float32Array,
  v0: Float32Array | null,
  theta: Float32Array,
) => void;
