/** init() takes the native kernels in every test, or fails. */

import "../../src/kernels/native/install.js";
