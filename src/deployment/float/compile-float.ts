/** A trained network as a program of float32 numbers. */

import { identifierOf, type LayerGraph, type LayerNode } from "../../graph/layer-graph.js";
import type { NeuronDynamics } from "../../neurons/dynamics.js";
import { outlineOf, scaleOf, weightsOf, type LayerPlace, type Outline } from "../outline.js";
import type { FloatLayer, FloatNeuron, FloatProgram } from "./float-layer.js";

/** @throws TypeError for a layer without a form; RangeError for one that holds what is no finite number */
export function compileFloat(where: string, graph: LayerGraph): FloatProgram {
  const layers: FloatLayer[] = [];
  const places = new Map<LayerNode, number>([[graph.input, 0]]);
  for (const node of graph.nodes) {
    if (node === graph.input) continue;
    const inputs = node.inputs.map((input) => places.get(input) ?? 0);
    const outline = outlineOf(where, node, "float32 numbers");
    if (outline === null) {
      places.set(node, inputs[0]);
      continue;
    }
    const base: LayerPlace = { name: identifierOf(node.name), layer: node.name, inputs, shape: node.shape };
    const layer = layerOf(base, node, outline);
    checkFinite(where, layer);
    places.set(node, layers.push(layer));
  }
  return { inputShape: graph.input.shape, layers };
}

/** An outline with its numbers. */
function layerOf(base: LayerPlace, node: LayerNode, outline: Outline): FloatLayer {
  switch (outline.kind) {
    case "weightedSum":
      return { ...base, ...outline, ...weightsOf(node, outline.output[2]) };
    case "channelScale":
      return { ...base, kind: "channelScale", ...scaleOf(node) };
    case "neuron":
      return neuron(base, outline.dynamics);
    case "add":
    case "view":
      return { ...base, kind: outline.kind };
    case "maxPool":
    case "averagePool":
    case "sumPool":
    case "channelsFirst":
      return { ...base, ...outline };
  }
}

function neuron(base: LayerPlace, dynamics: NeuronDynamics): FloatNeuron {
  const threshold = Math.fround(dynamics.threshold);
  const reset = dynamics.reset === null ? null : Math.fround(dynamics.reset);
  return {
    ...base,
    kind: "neuron",
    threshold,
    reset,
    leak: dynamics.leak === null ? null : Math.fround(dynamics.leak),
    decay: Math.fround(1 - (dynamics.leak ?? 0)),
    decaysInput: dynamics.decaysInput,
    spike: dynamics.spikeHeight === "one" ? 1 : threshold,
    initial: reset ?? 0,
  };
}

function checkFinite(where: string, layer: FloatLayer): void {
  const wrong = numbersIn(layer).find((value) => !Number.isFinite(value));
  if (wrong === undefined) return;
  throw new RangeError(
    `${where}: ${layer.layer} holds ${wrong}; expected finite numbers. Its training has diverged: train again, with a smaller learning rate.`,
  );
}

function numbersIn(layer: FloatLayer): number[] {
  if (layer.kind === "weightedSum" || layer.kind === "channelScale")
    return [...layer.weights, ...(layer.bias ?? [])];
  return layer.kind === "neuron" ? [layer.threshold, layer.reset ?? 0, layer.leak ?? 0, layer.spike] : [];
}
