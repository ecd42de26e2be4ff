/** What atif plot draws. */

export const plotSubjects = {
  graph: "its layers",
  raster: "who fires when, for one sample",
  potential: "potentials of single neurons, for one sample",
  staircase: "what each layer receives, and the levels that it makes of it",
  events: "what an event camera wrote, of a recording instead of a run",
  confusion: "which class was taken for which, in the test",
  training: "loss, accuracy, thresholds and spikes by epoch",
} as const;

export type PlotSubject = keyof typeof plotSubjects;
