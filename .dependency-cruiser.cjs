/** Imports go one way, bottom to top (ARCHITECTURE.md). Each layer may import itself and what stands before it. */
const layers = [
  "^src/(errors|checks|shapes)\\.ts$",
  "^src/random/",
  "^src/kernels/",
  "^src/tensor/",
  "^src/autograd/",
  "^src/ops/",
  "^src/surrogates/",
  "^src/module/",
  "^src/neurons/",
  "^src/layers/",
  "^src/models/",
  "^src/(losses|optimizers)/",
  "^src/datasets/",
  "^src/training/",
  "^src/inspection/",
  "^src/interop/",
  "^src/cli/",
];

module.exports = {
  forbidden: [
    { name: "no-cycles", severity: "error", from: {}, to: { circular: true } },
    { name: "no-orphans", severity: "error", from: { orphan: true, pathNot: ["\\.d\\.ts$"] }, to: {} },
    {
      name: "node-only-in-cli",
      comment: "The library runs in browsers.",
      severity: "error",
      from: { path: "^src/", pathNot: "^src/cli/" },
      to: { dependencyTypes: ["core"], dependencyTypesNot: ["type-only", "type-import"] },
    },
    {
      name: "no-bench-in-the-package",
      comment: "The command line times by itself; the whole bench is part of the repository only.",
      severity: "error",
      from: { path: "^src/" },
      to: { path: "^bench/" },
    },
    {
      name: "bench-takes-the-build",
      comment: "What is measured is dist/, once: a second copy of the library would have a second backend.",
      severity: "error",
      from: { path: "^bench/" },
      to: { path: "^src/" },
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
    doNotFollow: { path: "node_modules|^dist/" },
    exclude: { path: "^src/(kernels/wasm/binary|datasets/digits-data)\\.ts$" },
  },
};
