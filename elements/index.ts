/**
 * The drawings of the page as custom elements, for any page: <atif-draw>, <atif-raster>, <atif-membrane>, <atif-staircase>.
 * Importing this makes them known. Their colours are custom properties (--atif-ink, --atif-spike, …: style.css), light or dark as
 * the color-scheme of the place where they stand.
 */

import { AtifDraw } from "./atif-draw.js";
import { AtifMembrane } from "./atif-membrane.js";
import { AtifRaster } from "./atif-raster.js";
import { AtifStaircase } from "./atif-staircase.js";

export type { Drawn, DrawEvent } from "./atif-draw.js";
export type { GivenLayer, PickEvent } from "./atif-raster.js";
export type { ThetaEvent } from "./atif-staircase.js";
export { neuronName } from "./neuron-name.js";
export type { NeuronTrace, PickedNeuron, RecordedLayer, SpikeRecord } from "./spike-record.js";
export { traceOf, type Trace } from "./trace-of.js";
export { AtifDraw, AtifMembrane, AtifRaster, AtifStaircase };

const elements = {
  "atif-draw": AtifDraw,
  "atif-raster": AtifRaster,
  "atif-membrane": AtifMembrane,
  "atif-staircase": AtifStaircase,
} as const;

for (const [name, element] of Object.entries(elements)) {
  // Two copies of the library in one page: the first one stays.
  if (globalThis.customElements?.get(name) === undefined) globalThis.customElements?.define(name, element);
}

declare global {
  interface HTMLElementTagNameMap {
    "atif-draw": AtifDraw;
    "atif-raster": AtifRaster;
    "atif-membrane": AtifMembrane;
    "atif-staircase": AtifStaircase;
  }
}
