/** Imports go one way, bottom to top (ARCHITECTURE.md). Each layer may import itself and what stands before it. */
const layers = [
  "^src/(errors|show|nearest|checks|shapes|windows)\\.ts$",
  "^src/schema/",
  "^src/platform/",
  "^src/random/",
  "^src/kernels/",
  "^src/tensor/",
  "^src/autograd/",
  "^src/ops/",
  "^src/surrogates/",
  "^src/module/",
  "^src/neurons/",
  "^src/layers/",
  "^src/graph/",
  "^src/models/",
  "^src/(losses|optimizers)/",
  "^src/datasets/",
  "^src/measuring/",
  "^src/(training|inspection)/",
  "^src/formats/",
  "^src/experiment/",
  "^src/cli/",
];

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-orphans", severity: "error", from: { orphan: true, pathNot: ["\\.d\\.ts$"] }, to: {} },
    {
      name: "training-and-inspection-apart",
      severity: "error",
      from: { path: "^src/(training|inspection)/" },
      to: { path: "^src/(training|inspection)/", pathNot: "^src/$1/" },
    },
    {
      name: "node-only-in-cli",
      comment: "The library runs in browsers; it asks for what Node has through src/platform/host.ts.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["core"], dependencyTypesNot: ["type-only", "type-import"] },
    },
    ...layers.slice(0, -1).map((layer, i) => ({
      name: `one-way: ${layer}`,
      severity: "error",
      from: { path: layer },
      to: { path: layers.slice(i + 1).join("|") },
    })),
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^src/(kernels/wasm/binary|datasets/digits-data)\\.ts$" },
  },
};
