/** Graphs by hand, beside a slow twin in float64; what is refused, and in what words. */

import { beforeAll, describe, expect, it } from "vitest";
import { FormatError, Generator, init, noGrad, readNir, tensor } from "../../../src/index.js";
import type { ReadNirOptions, SpikingModel, GraphModel } from "../../../src/index.js";
import type { Hdf5Item } from "../../../src/exchange/hdf5/tree.js";
import { writeHdf5 } from "../../../src/exchange/hdf5/write-hdf5.js";
import { decodeGraph } from "../../../src/exchange/nir/decode-graph.js";
import { encodeGraph } from "../../../src/exchange/nir/encode-graph.js";
import {
  filled,
  noMetadata,
  type AnyNirNode,
  type NirArray,
  type NirFields,
  type NirGraph,
  type NirType,
} from "../../../src/exchange/nir/nir-graph.js";
import { simulate } from "./simulate.js";

beforeAll(() => init());

const random = new Generator(11);
const drawn = (...shape: number[]): NirArray => ({
  shape,
  values: Float64Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () =>
    Math.fround(random.uniform(-1, 1)),
  ),
});
const positive = (...shape: number[]): NirArray => {
  const { values } = drawn(...shape);
  return { shape, values: values.map((value) => Math.fround(1.2 + value)) };
};

const node = <K extends NirType>(type: K, fields: NirFields[K]): AnyNirNode =>
  ({ type, fields, metadata: noMetadata }) as unknown as AnyNirNode;
const input = (...shape: number[]): AnyNirNode => node("Input", { shape });
const output = (...shape: number[]): AnyNirNode => node("Output", { shape });
const iF = (threshold: number, ...shape: number[]): AnyNirNode =>
  node("IF", { r: filled(shape, 1), v_threshold: filled(shape, threshold), v_reset: null });

function graphOf(nodes: Record<string, AnyNirNode | NirGraph>, ...edges: [string, string][]): NirGraph {
  return { type: "NIRGraph", nodes: new Map(Object.entries(nodes)), edges, metadata: noMetadata };
}

const read = (graph: NirGraph, options: ReadNirOptions = { dt: 1 }): ReturnType<typeof readNir> =>
  readNir(writeHdf5(encodeGraph(graph)), options);

async function refusal(graph: NirGraph, options?: ReadNirOptions): Promise<string> {
  const failure: unknown = await read(graph, options).catch((error: unknown) => error);
  expect(failure).toBeInstanceOf(Error);
  return (failure as Error).message;
}

function outputsOf(
  model: SpikingModel,
  xs: readonly (readonly number[])[],
  shape: readonly number[],
): number[][] {
  const axes = shape.map((_, axis) => axis + 1);
  return noGrad(() =>
    xs.map((x) => {
      const first = tensor(x, [1, ...shape]);
      return [...model.stream(first.permute([0, ...axes.slice(1), axes[0]])).toArray()];
    }),
  );
}

/** That the model gives what the twin gives, at each of some steps. */
async function expectTwin(graph: NirGraph, shape: readonly number[], dt = 1): Promise<SpikingModel> {
  const { model } = await read(graph, { dt });
  const length = shape.reduce((a, b) => a * b, 1);
  const xs = Array.from({ length: 5 }, () =>
    Array.from({ length }, () => Math.fround(random.uniform(-1, 2))),
  );
  const wanted = simulate(graph, xs, dt);
  const found = outputsOf(model, xs, shape);
  expect(new Set(wanted.flat()).size).toBeGreaterThan(1);
  found.forEach((values, t) => {
    expect(values).toHaveLength(wanted[t].length);
    values.forEach((value, i) => expect(value).toBeCloseTo(wanted[t][i], 4));
  });
  return model;
}

const kindsOf = (model: SpikingModel): string[] =>
  (model as GraphModel).graph.nodes.slice(1).map(({ kind }) => kind);

const chain = (names: readonly string[]): [string, string][] =>
  names.slice(1).map((name, i) => [names[i], name]);

const conv = (fields: Partial<NirFields["Conv2d"]>): NirFields["Conv2d"] => ({
  weight: drawn(4, 3, 3, 2),
  bias: drawn(4),
  input_shape: null,
  stride: [1, 1],
  dilation: [1, 1],
  padding: [0, 0],
  groups: 1,
  ...fields,
});

describe("convolutions", () => {
  const cases: [string, Partial<NirFields["Conv2d"]>, number[]][] = [
    ["stride and padding", { stride: [2, 1], padding: [1, 2] }, [4, 4, 8]],
    ["same, of an even width", { padding: "same" }, [4, 7, 5]],
    ["valid", { padding: "valid", stride: [3, 2] }, [4, 2, 2]],
    ["dilation", { dilation: [2, 3], padding: [1, 1] }, [4, 5, 4]],
    ["dilation and same", { dilation: [2, 3], padding: "same" }, [4, 7, 5]],
    ["groups", { weight: drawn(6, 1, 2, 2), bias: drawn(6), groups: 3 }, [6, 6, 4]],
  ];
  for (const [what, fields, shape] of cases) {
    it(what, async () => {
      const graph = graphOf(
        { in: input(3, 7, 5), conv: node("Conv2d", conv(fields)), out: output(...shape) },
        ...chain(["in", "conv", "out"]),
      );
      await expectTwin(graph, [3, 7, 5]);
    });
  }

  it("of a sequence, with dilation", async () => {
    const fields = conv({ weight: drawn(3, 2, 4), bias: drawn(3), stride: [2], dilation: [2], padding: [3] });
    const graph = graphOf(
      { in: input(2, 11), conv: node("Conv1d", fields), out: output(3, 6) },
      ...chain(["in", "conv", "out"]),
    );
    await expectTwin(graph, [2, 11]);
  });

  it("of which the input says no shape", async () => {
    const fields = conv({ input_shape: [7, 5] });
    const nodes = {
      in: node("Input", { shape: null }),
      conv: node("Conv2d", fields),
      out: node("Output", { shape: null }),
    };
    const { model } = await read(graphOf(nodes, ...chain(["in", "conv", "out"])));
    expect(model.inputShape).toEqual([7, 5, 3]);
    expect(model.outputShape).toEqual([4 * 5 * 4]);
  });
});

describe("graphs", () => {
  it("of integrators with a number for each neuron", async () => {
    const cuba = {
      tau_syn: positive(4),
      tau_mem: positive(4),
      r: drawn(4),
      v_leak: drawn(4),
      w_in: drawn(4),
    };
    const nodes = {
      in: input(4),
      i: node("I", { r: drawn(4) }),
      cuba: node("CubaLI", cuba),
      z: node("Threshold", { threshold: filled([4], 0.05) }),
      scale: node("Scale", { scale: drawn(4) }),
      out: output(4),
    };
    await expectTwin(graphOf(nodes, ...chain(Object.keys(nodes))), [4], 0.125);
  });

  it("with a map of a number for each neuron, channels first", async () => {
    const nodes = {
      in: input(2, 3, 2),
      scale: node("Scale", { scale: drawn(2, 3, 2) }),
      out: output(2, 3, 2),
    };
    await expectTwin(graphOf(nodes, ...chain(Object.keys(nodes))), [2, 3, 2]);
  });

  it("with two circles that share a node, and one that goes out of two", async () => {
    const nodes = {
      in: input(3),
      a: node("Affine", { weight: drawn(3, 3), bias: drawn(3) }),
      n: iF(0.6, 3),
      w: node("Linear", { weight: drawn(3, 3) }),
      m: iF(0.4, 3),
      out: output(3),
    };
    const edges: [string, string][] = [
      ...chain(["in", "a", "n", "w", "m", "out"]),
      ["w", "n"],
      ["m", "a"],
      ["n", "out"],
    ];
    const model = await expectTwin(graphOf(nodes, ...edges), [3]);
    expect(kindsOf(model)).toEqual(["Recurrent"]);
    expect(Object.keys(model.stateDict())).toContain("recurrent1.w.weight");
  });

  it("with a neuron that reads itself", async () => {
    const nodes = { in: input(2), n: iF(0.7, 2), out: output(2) };
    await expectTwin(graphOf(nodes, ...chain(["in", "n", "out"]), ["n", "n"]), [2]);
  });

  it("with a delay, in whole steps", async () => {
    const delay = { shape: [2], values: Float64Array.of(0.02, 0) };
    const nodes = { in: input(2), d: node("Delay", { delay }), out: output(2) };
    const graph = graphOf(nodes, ...chain(Object.keys(nodes)));
    const { model } = await read(graph, { dt: 0.01 });
    expect(
      outputsOf(
        model,
        [
          [1, 2],
          [3, 4],
          [5, 6],
          [7, 8],
        ],
        [2],
      ),
    ).toEqual([
      [0, 2],
      [0, 4],
      [1, 6],
      [3, 8],
    ]);
    expect(await refusal(graph, { dt: 0.015 })).toContain("expected whole time steps from 0 to 65536");
  });

  it("leave out what leads nowhere, and count edges once", async () => {
    const nodes = { in: input(2), n: iF(1, 2), idle: iF(1, 2), out: output(2) };
    const { model, report } = await read(
      graphOf(nodes, ...chain(["in", "n", "out"]), ["in", "n"], ["n", "idle"]),
    );
    expect(kindsOf(model)).toEqual(["CurrentIF"]);
    expect(report.notes.map(({ what }) => what)).toEqual(
      expect.arrayContaining(["left out", "edges counted once"]),
    );
    expect(report.verdict).toBe("exact");
  });

  it("have names that layers can have", async () => {
    const nodes = {
      input: input(2),
      "a b": iF(1, 2),
      "lif.0": iF(1, 2),
      lif: iF(1, 2),
      input2: iF(1, 2),
      out: output(2),
    };
    const { model } = await read(graphOf(nodes, ...chain(Object.keys(nodes))));
    expect(model.spikingLayers().map(([name]) => name)).toEqual(["a_b", "lif.0", "lif_2", "input2_"]);
  });
});

describe("the length of a time step", () => {
  const iFs = (r: number): NirGraph => {
    const fields = { r: filled([2], r), v_threshold: filled([2], 1), v_reset: null };
    return graphOf({ in: input(2), n: node("IF", fields), out: output(2) }, ...chain(["in", "n", "out"]));
  };
  const gainOf = async (r: number, dt?: number): Promise<number> => {
    const { model } = await read(iFs(r), dt === undefined ? {} : { dt });
    return model.stateDict()["n.r"].data[0];
  };

  it("is 1 where r is 1, and that of SpikingJelly where r is 10,000", async () => {
    expect(await gainOf(1)).toBe(1);
    expect(await gainOf(1e4)).toBe(1);
  });

  it("is what is given", async () => {
    expect(await gainOf(1000, 1e-3)).toBe(1);
    expect(await gainOf(1, 0.5)).toBe(0.5);
    expect(await gainOf(1e4, 1)).toBe(1e4);
  });

  it("is asked for where the file does not tell it", async () => {
    expect(await refusal(iFs(20), {})).toMatch(
      /dt is not given, and an IF or I has r = 20; expected the length of a time step/,
    );
    const leaky = { tau: filled([2], 0.02), r: filled([2], 1), v_leak: filled([2], 0) };
    const lif = graphOf(
      { in: input(2), li: node("LI", leaky), out: output(2) },
      ...chain(["in", "li", "out"]),
    );
    // Said by options alone, which are called the same on the command line.
    expect(await refusal(lif, {})).toMatch(
      /"li", of the type LI, has times such as 0\.02; expected the length of a time step in their unit\. Give dt, 1e-4 for /,
    );
    const { report } = await read(iFs(1), {});
    expect(report.notes.find(({ what }) => what === "1 time step")?.why).toMatch(/; give timesteps$/);
  });
});

describe("what is refused", () => {
  const nested = (depth: number): NirGraph => {
    const inner = depth === 0 ? iF(1, 2) : nested(depth - 1);
    return graphOf({ in: input(2), inner, out: output(2) }, ...chain(["in", "inner", "out"]));
  };
  const one = (type: AnyNirNode, from: number[], to: number[]): NirGraph =>
    graphOf({ in: input(...from), x: type, out: output(...to) }, ...chain(["in", "x", "out"]));
  const flat = (start: number, end: number): AnyNirNode =>
    node("Flatten", { start_dim: start, end_dim: end, input_type: null });

  const cases: [string, NirGraph, RegExp][] = [
    ["graphs nested too deep", nested(9), /nested more than 8 deep/],
    [
      "no way from input to output",
      graphOf({ in: input(2), out: output(2) }),
      /nothing leads from the input to the output/,
    ],
    [
      "two inputs",
      graphOf({ a: input(2), b: input(2), out: output(2) }, ["a", "out"]),
      /2 nodes of the type Input; expected one/,
    ],
    [
      "a node that nothing leads to",
      graphOf({ in: input(2), n: iF(1, 2), out: output(2) }, ["in", "out"], ["n", "out"]),
      /"n" is read and gets nothing/,
    ],
    [
      "a sum of two shapes",
      graphOf(
        { in: input(2), a: node("Linear", { weight: drawn(3, 2) }), out: output(3) },
        ["in", "a"],
        ["in", "out"],
        ["a", "out"],
      ),
      /adds \[2\] of "in" and \[3\] of "a"/,
    ],
    ["an output of another size", one(iF(1, 2), [2], [3]), /"out" has the shape \[3\], and \[2\] comes in/],
    [
      "axes that are not there",
      one(flat(1, -1), [4], [4]),
      /joins the axes 1 to -1 of \[4\]; expected axes that are there/,
    ],
    ["some axes of a map", one(flat(1, 2), [2, 3, 4], [2, 12]), /expected all of them, 0 to -1/],
    [
      "a linear layer on a map",
      one(node("Linear", { weight: drawn(3, 4) }), [2, 4], [3]),
      /gets \[2, 4\]; expected \[4\]/,
    ],
    [
      "a time constant of 0",
      one(node("LI", { tau: filled([2], 0), r: filled([2], 1), v_leak: filled([2], 0) }), [2], [2]),
      /tau holds 0 at element 0; expected numbers above 0/,
    ],
    [
      "a kernel that does not fit",
      one(node("Conv2d", conv({})), [3, 2, 2], [4, 1, 1]),
      /a kernel of 3 x 2 for a map of 2 x 2/,
    ],
    [
      "padding of more than half a window",
      one(node("SumPool2d", { kernel_size: [2, 2], stride: [2, 2], padding: [2, 0] }), [1, 4, 4], [1, 4, 2]),
      /expected at most half of it/,
    ],
    [
      "same with a stride",
      one(node("Conv2d", conv({ padding: "same", stride: [2, 2] })), [3, 8, 8], [4, 4, 4]),
      /padding is "same" with the stride/,
    ],
  ];
  for (const [what, graph, sentence] of cases) {
    it(what, async () => {
      const failure: unknown = await read(graph).catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(FormatError);
      expect((failure as Error).message).toMatch(sentence);
      expect((failure as Error).message).toMatch(/^readNir: this file cannot be read: .*\.$/);
    });
  }

  it("too many nodes", () => {
    const text = (value: string): Hdf5Item => ({ kind: "dataset", type: "text", shape: [], values: [value] });
    const inner: Hdf5Item = { kind: "group", children: new Map([["type", text("Input")]]) };
    const nodes = new Map(Array.from({ length: 10_001 }, (_, i) => [`n${i}`, inner] as const));
    const node = new Map<string, Hdf5Item>([
      ["type", text("NIRGraph")],
      ["nodes", { kind: "group", children: nodes }],
    ]);
    const root: Hdf5Item = { kind: "group", children: node };
    expect(() => decodeGraph({ kind: "group", children: new Map([["node", root]]) })).toThrow(
      "more than 10000 nodes",
    );
  });

  it("more bytes than are allowed", async () => {
    const graph = one(node("Linear", { weight: drawn(30, 40) }), [40], [30]);
    expect(await refusal(graph, { dt: 1, maxBytes: 5000 })).toContain("expected at most 5000");
  });

  it("options that are none", async () => {
    const bytes = writeHdf5(encodeGraph(one(iF(1, 2), [2], [2])));
    await expect(readNir(bytes, { reset: "soft" } as never)).rejects.toThrow(
      'readNir: reset is "soft"; expected one of',
    );
    await expect(readNir(bytes, { dt: 0 })).rejects.toThrow("readNir: dt is 0; expected a number above 0.");
    await expect(readNir("net.nir" as never)).rejects.toThrow(
      'readNir: bytes is "net.nir"; expected a Uint8Array',
    );
  });
});
