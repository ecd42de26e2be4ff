/** The entry for Node: all of the library, and kernels compiled for the processor where there are some. */

import "./kernels/native/install.js";

export * from "./index.js";
