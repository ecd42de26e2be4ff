/** Layers under one name, such as "layers": a part of a network whose connections are the network's. */

import { StateError } from "../errors.js";
import { Module } from "../module/module.js";
import type { Tensor } from "../tensor/tensor.js";

export class Group extends Module {
  /** Puts a layer here, under a name without dots. @throws RangeError unless the name is new */
  hold(name: string, layer: Module): void {
    this.registerChild(name, layer);
  }

  forward(_x: Tensor): Tensor {
    throw new StateError(
      "a group of layers was called; expected the model: how they are connected is its business. Call forward() or run() of the model.",
    );
  }
}

/** Takes a layer under a name without dots. */
type Hold = (name: string, layer: Module) => void;

/** What puts layers into a module by names with dots, which make groups. @param hold the module's own */
export function groupedBy(hold: Hold): Hold {
  const groups = new Map<string, Group>();
  const put: Hold = (name, layer) => {
    const [group, last] = split(name);
    if (group === "") hold(last, layer);
    else groupOf(group).hold(last, layer);
  };
  const groupOf = (path: string): Group => {
    const known = groups.get(path);
    if (known !== undefined) return known;
    const group = new Group();
    groups.set(path, group);
    put(path, group);
    return group;
  };
  return put;
}

/** "layers.0.conv1" is conv1 in layers.0 */
function split(name: string): [group: string, last: string] {
  const dot = name.lastIndexOf(".");
  return [name.slice(0, Math.max(dot, 0)), name.slice(dot + 1)];
}
