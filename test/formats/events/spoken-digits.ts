/** A file of spoken digits, written by h5py: independent of what reads it. */

import { gunzipSync } from "node:zlib";

/**
 * h5py 3.16: spikes/times, lists of float16, [[0.0165252685546875, 0.25, 0.5], [0.001], [0.75, 0.125, 0.125]]; spikes/units, lists of
 * uint16, [[3, 699, 0], [12], [1, 2, 3]]; labels [4, 0, 19].
 */
const packed = [
  "H4sIAAAAAAACA+2YsU4CQRCGZ/fu8LxoOKIFUBFiYUlhQbTRyCmFEaMWlmpC4kU0Joc9JXY8Bu9gQ+lj+AhUtsjeznJ7GyEG",
  "TCRhvoRMZncyC7M/c5d5q9dONr2iBwLXBRt80BkhX+W0r/Zv0TK0XbR9rtZZvJfH9RzmN+OuL4NARI8M1DmfjrQuEKtIPTi6",
  "EPYGfaWnD56Oi17Cx2YE0Lq7b7aiRJeHc547Tb91S/oPzu/0W0Xh+nSVpF9NT10nHdcOn4R84fU5bEewuH6vzhs1Bnyiu2Fx",
  "drzqryUr3ddNva8aDBxZC6Z8eYOMyQUsj2ZLcWgB//O5UhY4dgDPAS+Lcc644iKOc5nZxbwW68lnMlSMb9JZinooXSm97K7N",
  "jlf666xTL1hMV/mUrsSHaxWerqdB8Wc9dZeqHuJ3Dryk9zDNt4x90YpOjxtnTBOY6lcZtAc7sAdVVaNk3YJ3rtdV7Re2pbWN",
  "9Q1IztTzwP64oJXEz0zulU9yx+/JWdI6QRAEQRAEQRAEQfzFvIAb8wLb2M/APPMWPw6dPmfhxpxlWDYmBEiPLosgCIIg/gnx",
  "TrAF39SPfI32IgAA",
].join("");
export const spokenDigits = new Uint8Array(gunzipSync(Buffer.from(packed, "base64")));
