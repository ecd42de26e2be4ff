/** Operations and the backward pass. Imported for its effect, once, by everything that computes. */

import { backward } from "../autograd/backward.js";
import { installBackward } from "../tensor/operations.js";
import type { Tensor } from "../tensor/tensor.js";
import "./install-operations.js";

installBackward<Tensor>(backward);
