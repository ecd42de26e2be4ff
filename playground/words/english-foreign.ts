/** English words of networks of other tools. */

/** Networks of other tools. */
export const englishForeign = {
  asked: (file: string) => `What ${file} does not say`,
  facts: {
    inputShape: "Shape of the input",
    timesteps: "Time steps T",
    kind: "Kind of network",
    stepMode: "Step mode",
    neuron: "Neurons",
    strides: "Strides",
    paddings: "Paddings",
    poolSizes: "Pool sizes",
    prepool: "Pooling of the input",
    postpool: "Pooling of the last map",
    dropouts: "Dropouts",
    dt: "Length of a time step",
    name: "Name in the description",
    key: "Key of the state dict",
  },
  describe: "Or a description of all of it",
  describeHelp:
    "The experiment file of Qualia (TOML), or its architecture or a list of its layers (JSON): paste the text, or drop the file on the page.",
  layers: "Its layers, all of them in order",
  layersHelp:
    'Those that the file holds weights of stand here. Put the others where they belong, a line each, such as { "kind": "IFNode", "params": { "v_reset": null } }, { "kind": "Flatten" } or ["MaxPool2d", 2]; and say what no weights tell: { "name": "0", "kind": "Conv2d", "params": { "padding": 1 } }. Or drop a file that describes all of it.',
  open: "Open the network",
  leave: "Leave it",
  aFile: "the file",
  kept: (name: string) => `What was kept of ${name}`,
  verdict: "Verdict:",
  verdicts: { exact: "exact", approximate: "approximate", unsupported: "unsupported" },
  meaning: {
    exact: "the same spikes and scores as where it comes from, up to the order of sums",
    approximate: "something was lost that changes what the network computes",
    unsupported: "it cannot be said here",
  },
};
