/** Of this package: as in package.json, which browsers do not have. */
export const VERSION = "0.2.0";
