/** Numbers as the page shows them to people: as its drawings do. */

export * from "../elements/format.js";
