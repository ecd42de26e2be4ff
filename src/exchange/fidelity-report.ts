/** What of a network was kept when it was brought in or taken out, and what was lost. */

/**
 * - exact: the same spikes and logits, up to the order of sums;
 * - approximate: something was lost that changes what the network computes, as the notes say;
 * - unsupported: it cannot be said in the other form; nothing was made.
 */
export type Verdict = "exact" | "approximate" | "unsupported";

export interface FidelityNote {
  /** By its name in the network; null: of the network as a whole. */
  readonly layer: string | null;
  /** "soft reset written as hard reset" */
  readonly what: string;
  /** "IF of NIR sets the potential to v_reset after a spike; it knows no subtraction." */
  readonly why: string;
  /** What it makes of the verdict: "exact" for what computes nothing, such as a learning rate or the number of time steps. */
  readonly verdict: Verdict;
}

/** How far the two are apart on samples that were shown to both. */
export interface MeasuredFidelity {
  readonly samples: number;
  readonly timesteps: number;
  /** Neurons' outputs compared, over all samples and time steps. */
  readonly spikes: number;
  /** How many of them differ. */
  readonly differing: number;
  /** differing / spikes, 0 to 1; 0 where nothing was compared. */
  readonly differingShare: number;
  /** The largest difference of a logit, mean over time, in the units of logits. */
  readonly logitDrift: number;
  /** Samples of which the class (the largest logit) differs. */
  readonly otherClass: number;
}

export interface FidelityReport {
  readonly verdict: Verdict;
  /** Where samples were shown to both. */
  readonly measured?: MeasuredFidelity;
  readonly notes: readonly FidelityNote[];
}

/** The report of these notes: as bad as the worst of them, and not exact where spikes or classes were seen to differ. */
export function fidelityReport(notes: readonly FidelityNote[], measured?: MeasuredFidelity): FidelityReport {
  const worst = (["unsupported", "approximate"] as const).find((verdict) =>
    notes.some((note) => note.verdict === verdict),
  );
  const seen =
    measured !== undefined && measured.differing + measured.otherClass > 0 ? "approximate" : "exact";
  return { verdict: worst ?? seen, ...(measured === undefined ? {} : { measured }), notes: [...notes] };
}

/** Lines for a terminal: the verdict, what was measured, and a line for each note. */
export function formatFidelity({ verdict, measured, notes }: FidelityReport): string[] {
  const lines = [`verdict: ${verdict}`];
  if (measured !== undefined) {
    const { samples, timesteps, spikes, differing, differingShare, logitDrift, otherClass } = measured;
    lines.push(
      `measured on ${samples} samples x ${timesteps} steps: ${differing} of ${spikes} spikes differ ` +
        `(${(100 * differingShare).toFixed(3)} %), logits by at most ${logitDrift.toExponential(1)}, ` +
        `${otherClass} other classes`,
    );
  }
  for (const { layer, what, why } of notes) {
    lines.push(`  ${layer === null ? "" : `${layer}: `}${what}: ${why}`);
  }
  return lines;
}
