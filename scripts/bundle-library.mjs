/**
 * Writes dist/ from the modules that tsc left in build/: one file for each folder of src/, readable, with its comments. Node
 * opens some 25 files then instead of 290, which is half the time of an import. Folders import those before them only, so
 * that bundlers still leave out what a page does not use.
 *
 * Every module of the command line can be imported by its path, as bench/ does; what stands there is in few files too, and
 * what `atif --version` needs loads nothing else. Types (.d.ts) are where tsc puts them.
 */

import { copyFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { rolldown } from "rolldown";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [build, dist] = ["build", "dist"].map((name) => join(root, name));

const scripts = (folder) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".js"))
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join("/"));

/** What the bench and the scripts import besides the public surface and the command line. */
const forTools = [
  "version.js",
  "shapes.js",
  "kernels/wasm/backend.js",
  "kernels/wasm/binary.js",
  "tensor/packed-spikes.js",
  "deployment/integer/neuron.js",
  "experiment/description/reference.js",
  "drawing/colours.js",
  "drawing/picture.js",
  "drawing/plot-area.js",
  "drawing/xml-text.js",
  "deployment/c/c-program.js",
  "deployment/c/integer-numbers.js",
];
const main = "cli/main.js";
/** What `atif --version` and `atif --help` load besides: not the thread that waits for one that computes. */
const program = ["cli/program.js", "cli/whole-process.js"];
const entries = [
  "index.js",
  // atif/parallel.
  "parallel/index.js",
  // What node.js imports besides index.js.
  "kernels/native/install.js",
  ...scripts(build).filter((path) => path.startsWith("cli/")),
  ...forTools,
];

/** Modules that do not stand with their folder. null: in a file of their own, or where they are imported. */
const apart = new Map([
  ["index.js", null],
  ["parallel/index.js", null],
  // A page that asks for the digits loads them then.
  ["datasets/digits-data.js", null],
  ["kernels/wasm/binary.js", "binary"],
  // Run for its effect, as package.json says (sideEffects).
  ["ops/install-operations.js", "install"],
  ["ops/install.js", "commands"],
  ["experiment/description/reference.js", null],
  // Networks of other tools alone read it: a page loads it with what brings them in.
  ["experiment/description/network-table.js", "exchange"],
  // These load what is done after a training when there is something to do. What that imports must stand elsewhere, or bundlers
  // that look at files would think it needed by itself.
  ["experiment/run-experiment.js", "running"],
  ["experiment/run-all.js", "running"],
  ["experiment/train-run.js", "running"],
  // What experiment files say of quantizers, without these: it comes with what experiments have in any case.
  ["quantization/quantizer-options.js", "training"],
  ["quantization/quantizable-neurons.js", "training"],
  // Small, and of use to few: what pages do not have, unless they draw or write networks.
  ["formats/protobuf-writer.js", "drawing"],
  ["formats/event-file.js", "drawing"],
  ["formats/crc32c.js", "drawing"],
  // What makes a network a quantized one: a page that opens such networks does without, until it deploys one.
  ["experiment/quantized/measure-stage.js", "deployment"],
  ["experiment/quantized/measure-quantization.js", "deployment"],
  ...["quantize-model", "shared-ranges", "calibrate", "activations-range", "saturation"].map((name) => [
    `quantization/${name}.js`,
    "deployment",
  ]),
]);

/** What writes networks for other tools stands with what writes them for devices: it is of no use to who reads those of theirs. */
const writers =
  /^exchange\/(onnx\/|torch\/|measure-fidelity|hdf5\/write-|nir\/(write-|encode-|from-model|graph-writer|nir-builder))/;

/** What no layer computes with but rare ones. */
const rareOperations = new Set(
  ["conv-transpose", "dilated", "layer-norm", "upsample"].map((name) => `ops/${name}.js`),
);

const pathOf = (id) => relative(build, id).split(sep).join("/");

/** What these load before they run. */
function loadedWith(paths, context) {
  const found = new Set(paths.map((path) => join(build, path)));
  for (const id of found) for (const next of context.getModuleInfo(id)?.importedIds ?? []) found.add(next);
  return found;
}

/** What the command line loads at once, and what it loads before it knows the command. */
let [first, early] = [null, null];

function chunkOf(id, context) {
  const path = pathOf(id);
  if (path.startsWith("../")) return null;
  first ??= loadedWith([main], context);
  early ??= loadedWith([main, ...program], context);
  if (path.startsWith("cli/commands/") || path === main) return null;
  if (path.startsWith("cli/quick-bench/")) return "quick-bench";
  if (path.startsWith("cli/exports/") && !early.has(id)) return "exports";
  // What a run loads when it has steps after its training.
  if (!apart.has(path) && /^experiment\/(postprocessing|quantized)\//.test(path)) return "postprocessing";
  // They make themselves known when they are loaded: a page that names none of them does without.
  if (path.startsWith("layers/rare/") || rareOperations.has(path)) return "rare-layers";
  if (path.startsWith("graph/recurrent/")) return "recurrent";
  // Node alone: bundlers of pages do not see it.
  if (path.startsWith("kernels/native/")) return "native";
  // Small, and of use together.
  if (path.startsWith("losses/")) return "optimizers";
  if (path.startsWith("surrogates/")) return "neurons";
  if (path.startsWith("random/")) return "base";
  if (path.startsWith("cli/")) return first.has(id) ? "cli" : early.has(id) ? "program" : "commands";
  if (apart.has(path)) return apart.get(path);
  if (writers.test(path)) return "deployment";
  // As the tables above.
  if (path.startsWith("formats/torch/")) return "exchange";
  // What reads samples and recordings is loaded by those who have some; experiments ask for it when they do.
  if (/^(formats\/(data|events|numpy)\/|experiment\/load-\w+-files\.js$)/.test(path)) return "data-files";
  return early.has(id) || !path.includes("/") ? "base" : path.slice(0, path.indexOf("/"));
}

const bundle = await rolldown({
  input: Object.fromEntries(entries.map((path) => [path.slice(0, -".js".length), join(build, path)])),
  external: [/^node:/, "commander", "smol-toml", "sharp"],
  platform: "neutral",
  // Leaving out is for those who bundle a page.
  treeshake: false,
  preserveEntrySignatures: "allow-extension",
});
const { output } = await bundle.write({
  dir: dist,
  format: "esm",
  chunkFileNames: "chunks/[name].js",
  minifyInternalExports: false,
  codeSplitting: {
    includeDependenciesRecursively: false,
    groups: [{ debugName: "folders", name: chunkOf }],
  },
});
await bundle.close();

// Of earlier builds; the page and what bundle-elements.mjs writes are others' to clear.
const others = ["playground/", "elements/", "standalone/"];
const written = new Set(output.map(({ fileName }) => fileName));
for (const path of scripts(dist))
  if (!written.has(path) && !others.some((folder) => path.startsWith(folder))) rmSync(join(dist, path));

// Two imports, of files of their own: bundled beside index.js, it would take the effects from that.
copyFileSync(join(build, "node.js"), join(dist, "node.js"));
