/**
 * The limits of the compiled kernels, as the contract states them. The twins themselves could do more; they answer the same
 * because whoever asks takes another way where a kernel does not fit, and must take it on every backend.
 * test/contract/limits.test.ts holds these answers to those of the module.
 */

import type { Limits } from "../contract.js";
import { packedWords } from "./packed-spikes.js";

export const referenceLimits: Limits = {
  packedConv2dAtifPoolForwardFits: (T, OW, Cin, Cout, KH, KW, windowH) => {
    const blocks = Math.min(8, Math.max(1, Math.ceil(Cout / 16)));
    const words = KH * KW * Math.max(1, packedWords(Cin));
    return T >= 1 && T * windowH * OW <= 1024 && words <= Math.min(18, 72 / blocks);
  },
  packedAtifPoolBackwardFits: (T, KH, KW, SH, SW) => KH <= SH && KW <= SW && SH * SW <= 64 && T <= 65536,
  largestPlanRank: () => 8,
};
