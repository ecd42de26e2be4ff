/* The numbers of exp_log.h, where a compiler must not know them. */

#include "exp_log.h"

#ifdef __wasm_simd128__
const struct exp_log_numbers exp_log_numbers = EXP_LOG_NUMBERS;
#endif
