/** The layers of a network and what each reads, as a picture. */

import { counted } from "../counted.js";
import { colours } from "../drawing/colours.js";
import { fitted } from "../drawing/fitted.js";
import { picture } from "../drawing/picture.js";
import { escaped, rounded } from "../drawing/xml-text.js";
import type { LayerNode } from "../graph/layer-graph.js";
import { thetaSpread } from "../measuring/theta-spread.js";
import { networkGraph } from "../models/network-graph.js";
import type { SpikingModel } from "../models/spiking-model.js";
import type { Module } from "../module/module.js";
import type { BaseNode } from "../neurons/base-node.js";
import { formatShape } from "../shapes.js";
import { layoutOf, type Edge, type Placed } from "./graph-layout.js";

const BOX = { width: 224, height: 44, across: 24, down: 22 } as const;
const MARGIN = 16;
const TOP = 40;
const LANE = 14;

/**
 * SVG text: a box per layer, with its kind, its shape and its weights, and a line for what it reads.
 *
 * @throws TypeError for what is no model
 */
export function plotGraph(model: SpikingModel): string {
  const graph = networkGraph(model);
  const { placed, edges, rows, columns, lanes } = layoutOf(graph);
  const boxes = columns * (BOX.width + BOX.across) - BOX.across;
  const width = Math.max(2 * MARGIN + boxes + (lanes === 0 ? 0 : LANE * (lanes + 1)), 320);
  const height = TOP + rows * (BOX.height + BOX.down) - BOX.down + MARGIN;
  const weights = model.parameters().reduce((sum, { size }) => sum + size, 0);
  const summary = `${counted(graph.nodes.length - 1, "layer")}, ${weights.toLocaleString("en-US")} ${weights === 1 ? "parameter" : "parameters"}, T = ${model.timesteps}`;
  const right = MARGIN + boxes;
  return picture({
    id: "graph",
    title: "The layers of the network",
    description: `${summary}. ${graph.nodes.map(sentence).join(" ")}`,
    width,
    height,
    body: [
      `<text class="head" x="${MARGIN}" y="22">${escaped(summary)}</text>`,
      ...edges.map((edge) => line(edge, right)),
      ...placed.flatMap(box),
    ],
  });
}

function sentence({ name, kind, inputs, shape }: LayerNode): string {
  const reads = inputs.length === 0 ? "" : ` of ${inputs.map((input) => input.name).join(" and ")}`;
  return `${name}: ${kind}${reads}, ${formatShape(shape)}.`;
}

function corner({ row, column }: Placed): { readonly x: number; readonly y: number } {
  return { x: MARGIN + column * (BOX.width + BOX.across), y: TOP + row * (BOX.height + BOX.down) };
}

function box(place: Placed): string[] {
  const { node } = place;
  const { x, y } = corner(place);
  const colour = colourOf(node);
  return [
    `<rect class="ground" x="${x}" y="${y}" width="${BOX.width}" height="${BOX.height}" rx="5" stroke="${colour}" stroke-width="2"/>`,
    `<text class="head" x="${x + 10}" y="${y + 18}">${escaped(fitted(node.name, BOX.width - 18, "bold"))}</text>`,
    `<text x="${x + 10}" y="${y + 35}">${escaped(kindWithin(node, BOX.width - 18))}</text>`,
  ];
}

/** Neurons, what has weights, and the rest. */
function colourOf({ module, kind }: LayerNode): string {
  if (isNeuron(module)) return colours.orange;
  if (kind === "Input") return colours.green;
  return module !== null && module.parameters().length > 0 ? colours.blue : "#808080";
}

type ShownNeuron = Pick<BaseNode, "theta" | "learnedThreshold">;

function isNeuron(module: LayerNode["module"]): module is Module & ShownNeuron {
  return module !== null && "traits" in module && "theta" in module && "learnedThreshold" in module;
}

/** Without the numbers of its options where they leave no room for the shape. */
function kindWithin(node: LayerNode, width: number): string {
  const shape = ` · ${formatShape(node.shape)}`;
  const whole = kindOf(node) + shape;
  return fitted(whole, width) === whole ? whole : fitted(node.kind + shape, width);
}

/** "Conv2d 3x3", "ATIF theta 0.912" */
function kindOf({ kind, options, module }: LayerNode): string {
  if (isNeuron(module)) {
    const short = (value: number): string => String(Number(value.toPrecision(3)));
    const { thetas } = thetaSpread(module);
    return `${kind} theta ${thetas === undefined ? short(module.theta) : `${short(thetas.min)} to ${short(thetas.max)}`}`;
  }
  const { kernelSize } = options;
  if (typeof kernelSize === "number")
    return `${kind} ${kind.endsWith("2d") ? `${kernelSize}x` : ""}${kernelSize}`;
  return Array.isArray(kernelSize) ? `${kind} ${kernelSize.join("x")}` : kind;
}

function line({ from, to, lane }: Edge, right: number): string {
  const [start, end] = [corner(from), corner(to)];
  const [x1, y1] = [start.x + BOX.width / 2, start.y + BOX.height];
  const [x2, y2] = [end.x + BOX.width / 2, end.y];
  const half = BOX.down / 2;
  const path =
    lane === null
      ? x1 === x2
        ? `M${x1} ${y1}V${y2}`
        : `M${x1} ${y1}C${x1} ${y1 + half} ${x2} ${y2 - half} ${x2} ${y2}`
      : beside({ x1, y1, x2, y2, half, lane: right + LANE * (lane + 1) });
  return `<path class="axis" fill="none" stroke-width="1.5" d="${path}"/>`;
}

interface Detour {
  readonly x1: number;
  readonly y1: number;
  readonly x2: number;
  readonly y2: number;
  readonly half: number;
  readonly lane: number;
}

/** Down half a gap, to the lane, along it, and back. */
function beside({ x1, y1, x2, y2, half, lane }: Detour): string {
  const [a, b] = [rounded(x1 + 6), rounded(x2 + 6)];
  return `M${a} ${y1}V${y1 + half}H${lane}V${y2 - half}H${b}V${y2}`;
}
