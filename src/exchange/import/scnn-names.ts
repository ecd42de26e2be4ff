/** What the names and shapes of a state dict say of an SCNN. */

import {
  mapFact,
  timestepsFact,
  type FoundTemplate,
  type Names,
  type TemplateParams,
} from "./names-in-file.js";

export function scnnTemplate(names: Names): FoundTemplate {
  const isSeparable = (i: number): boolean => names.has(`layers.conv${i}_dw.weight`);
  let convolutions = 0;
  while (names.has(`layers.conv${convolutions + 1}.weight`) || isSeparable(convolutions + 1)) convolutions++;
  const gsp = !names.has("layers.fc1.weight");
  const stages = gsp ? convolutions - 1 : convolutions;
  const separables = Array.from({ length: stages }, (_, i) => isSeparable(i + 1));
  const read = separables.map((separable, i) => {
    const own = names.convolution(`layers.conv${i + 1}${separable ? "_dw" : ""}`);
    return separable ? { ...own, filters: pointwise(names, i + 1) } : { ...own, filters: own.out };
  });
  const first = read.length > 0 ? read[0] : names.convolution("layers.conv1");
  const { dims } = first;
  const channels = separables[0] === true ? first.out : first.perGroup;
  const linear = gsp ? 0 : names.count((i) => `layers.fc${i}.weight`);
  const widths = Array.from({ length: linear }, (_, i) => names.linear(`layers.fc${i + 1}`).outFeatures);
  const classes = gsp ? names.convolution(`layers.conv${convolutions}`).out : widths[linear - 1];
  const filters = read.map((each) => each.filters);
  const neuron = names.neuron;
  const params: TemplateParams = {
    filters,
    kernel_sizes: read.map(({ kernel }) => kernel),
    fc_units: widths.slice(0, -1),
    output_shape: [classes],
    batch_norm: names.has("layers.bn1.weight") || names.has("layers.bn1_dw.weight"),
    ...(separables.includes(true) ? { separables } : {}),
    gsp,
    dims,
    ...neuron.params,
  };
  const per = `a list of ${stages}, one for each stage, or one number for all`;
  return {
    kind: "SCNN",
    words: `an SCNN of Qualia: filters ${filters.join(", ")}; ${gsp ? "a global sum" : `fc_units ${widths.slice(0, -1).join(", ") || "none"}`}; ${classes} classes`,
    params,
    open: [
      mapFact(dims, channels),
      timestepsFact,
      { option: "strides", expects: `whole numbers of at least 1, ${per}` },
      { option: "paddings", expects: `whole numbers of at least 0, ${per}` },
      { option: "poolSizes", expects: `max poolings, 0: none, ${per}` },
      ...neuron.open,
    ],
    stages,
    silent: ["prepool", ...(gsp ? ["postpool"] : [])],
    complete: (given) => given,
  };
}

/** Channels behind the second convolution of a separable stage. */
function pointwise(names: Names, i: number): number {
  return names.convolution(`layers.conv${i}_pw`).out;
}
