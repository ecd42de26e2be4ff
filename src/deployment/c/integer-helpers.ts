/** Functions that layers of whole numbers call; those that no layer calls are left out. */

import type { Helper } from "./c-network.js";

/** @param name what names begin with */
export function integerHelpers(name: string): Helper[] {
  return ["32", "64"].flatMap((bits) => [...ofWidth(name, bits), ...(bits === "32" ? [wrap16(name)] : [])]);
}

function ofWidth(name: string, bits: string): Helper[] {
  return [
    {
      name: `${name}_down${bits}`,
      text: `/* v / 2^n, rounded down. */
static inline int${bits}_t ${name}_down${bits}(int${bits}_t v, int n)
{
  return v >= 0 ? v >> n : -1 - ((-1 - v) >> n);
}
`,
    },
    {
      name: `${name}_quotient${bits}`,
      text: `/* a / b, rounded down. */
static inline int${bits}_t ${name}_quotient${bits}(int${bits}_t a, int${bits}_t b)
{
  return a >= 0 ? a / b : -1 - (-1 - a) / b;
}
`,
    },
    {
      name: `${name}_store${bits}`,
      text: `/* Clamped to the integers from -half to half - 1. */
static inline ${name}_number ${name}_store${bits}(int${bits}_t v, int32_t half)
{
  return (${name}_number)(v < -half ? -half : v >= half ? half - 1 : v);
}
`,
    },
    {
      name: `${name}_bits${bits}`,
      text: `/* A number without a sign, which wraps, of the same bits. */
static inline uint${bits}_t ${name}_bits${bits}(int${bits}_t v)
{
  return (uint${bits}_t)v;
}
`,
    },
    {
      name: `${name}_wrap${bits}`,
      text: `/* The number with a sign that the bits of v stand for: numbers without one wrap, and these do not. */
static inline int${bits}_t ${name}_wrap${bits}(uint${bits}_t v)
{
  return v <= INT${bits}_MAX ? (int${bits}_t)v : -1 - (int${bits}_t)~v;
}
`,
    },
    {
      name: `${name}_up${bits}`,
      text: `/* v / 2^n, rounded up. */
static inline int${bits}_t ${name}_up${bits}(int${bits}_t v, int n)
{
  return v > 0 ? ((v - 1) >> n) + 1 : -(int${bits}_t)((0u - (uint${bits}_t)v) >> n);
}
`,
    },
  ];
}

const wrap16 = (name: string): Helper => ({
  name: `${name}_wrap16`,
  text: `/* The number with a sign that the last 16 bits of v stand for. */
static inline int32_t ${name}_wrap16(uint32_t v)
{
  const int32_t low = (int32_t)(v & 0xffffu);
  return low <= INT16_MAX ? low : low - 65536;
}
`,
});
