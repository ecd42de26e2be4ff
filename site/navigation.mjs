/** The pages of the site in the order in which they are read, and the files of the repository that they are. */

/** Where a build puts all pages; the reference of all classes and functions and the examples are written there. */
export const GENERATED = "site/generated/pages";

/** What lies on the site beside its pages: the built page of playground/. */
export const PLAYGROUND = "/playground/";

export const START = "site/home.md";

export const navigation = [
  {
    title: "Start",
    pages: [
      { title: "What is a spiking neuron", source: "docs/spiking-neurons.md" },
      { title: "Tutorial", source: "docs/tutorial.md" },
      { title: "See it think: the page", source: "docs/playground.md" },
    ],
  },
  {
    title: "Guides",
    pages: [
      { title: "Training", source: "docs/training.md" },
      { title: "Sweeps over machines", source: "docs/sweeps-on-clusters.md" },
      { title: "Integers of a few bits", source: "docs/quantization.md" },
      { title: "Networks on boards", source: "docs/deployment.md" },
      { title: "Networks of other tools", source: "docs/exchange.md" },
      { title: "Event cameras", source: "docs/events.md" },
      { title: "Energy", source: "docs/energy.md" },
      { title: "Native kernels", source: "docs/native.md" },
      { title: "Many machines", source: "docs/clusters.md" },
      { title: "Examples", source: `${GENERATED}/examples.md` },
    ],
  },
  {
    title: "Reference",
    pages: [
      { title: "The neuron, in equations", source: "docs/neuron.md" },
      { title: "The library on one page", source: "docs/api.md" },
      { title: "Every class and function", source: `${GENERATED}/symbols/index.md` },
      { title: "Experiment files", source: "docs/experiment-file.md" },
      { title: "Files that are written", source: "docs/files.md" },
      { title: "From the PyTorch module", source: "docs/reference.md" },
      { title: "Where it differs", source: "docs/differences.md" },
      { title: "For other implementations", source: "conformance/README.md" },
    ],
  },
  {
    title: "Results",
    pages: [
      { title: "Accuracy by time steps", source: "docs/results.md" },
      { title: "Speed and memory", source: "docs/performance.md" },
      { title: "Scaling, on paper", source: "docs/scaling.md" },
    ],
  },
  {
    title: "Project",
    pages: [
      { title: "What has changed", source: "CHANGELOG.md" },
      { title: "Known issues", source: "KNOWN-ISSUES.md" },
      { title: "Architecture", source: "ARCHITECTURE.md" },
      { title: "Contributing", source: "CONTRIBUTING.md" },
      { title: "The digits", source: "data/README.md" },
    ],
  },
];

const named = new Map([
  [START, "index.md"],
  ["conformance/README.md", "conformance.md"],
  ["data/README.md", "digits.md"],
]);

/**
 * Where a file of the repository stands on the site: "docs/neuron.md" is neuron.md, "site/generated/pages/symbols/…" is symbols/….
 *
 * @returns null for a file that is no page
 */
export function pageOf(source) {
  const own = named.get(source);
  if (own !== undefined) return own;
  const generated = `${GENERATED}/`;
  if (source.startsWith(generated)) return source.slice(generated.length);
  const isListed = navigation.some(({ pages }) => pages.some((page) => page.source === source));
  if (!isListed) return null;
  return source.slice(source.lastIndexOf("/") + 1).toLowerCase();
}
