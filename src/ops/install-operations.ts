/** Hands the operations to Tensor as methods; all but backward(), which only init() brings (init.ts). */

import { installOperations } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import { add, div, mul, sub } from "./arithmetic.js";
import { matmul } from "./matmul.js";
import { permute } from "./permute.js";
import { argmax, mean, sum } from "./reduce.js";
import { reshape } from "./reshape.js";
import { at } from "./slice.js";
import { exp, log, neg, relu, sigmoid, sqrt } from "./unary.js";

installOperations<Tensor>({
  add, sub, mul, div, neg, exp, log, sqrt, sigmoid, relu,
  matmul, sum, mean, reshape, permute, at, argmax,
}); // prettier-ignore
