/** What a model does to samples before the network sees them, in the words of Python; a row per kind. */

import type { PreprocessingStep, StepKind } from "../../preprocessing/table.js";
import type { Shape } from "../../shapes.js";
import { channelsFirst } from "../channels-first.js";

type OptionsOfKind<K extends StepKind> = Extract<PreprocessingStep, { readonly kind: K }>["options"];

interface Prepared {
  readonly lines: readonly string[];
  /** Of a sample, channels last. */
  readonly shape: Shape;
}

type Row<K extends StepKind> = (options: OptionsOfKind<K>, before: Prepared) => Prepared;

const rows: { readonly [K in StepKind]: Row<K> } = {
  IntToFloat32: ({ scale }, { lines, shape }) => {
    const units = scale ? "pixels from 0 to 1" : "pixels from 0 to 255";
    return { lines: [...lines, `# ${units}, as they come`], shape };
  },
  Normalize({ mean, std }, { lines, shape }) {
    const ofChannels = (values: readonly number[]): string =>
      tensor(values, [values.length, ...shape.slice(1).map(() => 1)]);
    return { lines: [...lines, `x = (x - ${ofChannels(mean)}) / ${ofChannels(std)}`], shape };
  },
  NormalizeDataset({ shape: kept, offset, scale }, { lines, shape }) {
    const ofElements = (values: readonly number[]): string =>
      kept.length === 1 || values.length === kept[kept.length - 1]
        ? tensor(values, channelsFirst(kept))
        : `${tensor(values, kept)}.movedim(-1, 0)`;
    return { lines: [...lines, `x = (x - ${ofElements(offset)}) / ${ofElements(scale)}`], shape };
  },
  Reshape2DTo1D({ inputShape: [height, width, channels] }, { lines }) {
    return { lines: [...lines, "x = x.flatten(2)"], shape: [height * width, channels] };
  },
};

/** Lines from `x` to `x`, without their indentation. @param shape of a sample before the steps, channels last */
export function preprocessingLines(steps: readonly PreprocessingStep[], shape: Shape): readonly string[] {
  const start: Prepared = { lines: [], shape };
  return steps.reduce((before, { kind, options }) => (rows[kind] as Row<StepKind>)(options, before), start)
    .lines;
}

function tensor(values: readonly number[], shape: Shape): string {
  const flat = `torch.tensor([${values.map(String).join(", ")}], dtype=torch.float32)`;
  return shape.length === 1 ? flat : `${flat}.reshape(${shape.join(", ")})`;
}
