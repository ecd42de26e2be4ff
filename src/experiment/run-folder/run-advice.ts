/** What to try when a run cannot have its folder: told in the words of whoever asked for it. */

export interface RunAdvice {
  /** The folder holds a run already. */
  readonly holdsRun: string;
  /** The folder holds something else. */
  readonly notEmpty: string;
  /** All numbers of runs are taken. */
  readonly full: string;
  /** The folder of a run to continue holds none. */
  readonly holdsNoRun: string;
  /** The folder holds a quantization that is not complete. */
  readonly isQuantization: string;
  /** The run to continue was started with another experiment. */
  readonly otherExperiment: string;
}

/** Of runExperiment. */
export const adviceInCode: RunAdvice = {
  holdsRun: "Set resume: true to continue that run, or name another.",
  notEmpty: "Name another with out.",
  full: "Use out to name a folder.",
  holdsNoRun: "Name that folder with out, or leave out resume.",
  isQuantization: "Leave out resume and name another; atif quantize --resume goes on with it.",
  otherExperiment: "Leave out what changes it, or start a new run in another folder.",
};
