/** What a package that defines a neuron of its own describes the options with: the export `schema` of the library. */

export { refuse, type Place } from "./place.js";
export { optional, required, withDefault, type Fields, type Schema } from "./schema.js";
export {
  flag,
  float32,
  functionOf,
  listOf,
  oneOf,
  oneOrList,
  orNone,
  pairOf,
  real,
  whole,
  type ValueType,
} from "./value-types.js";
