/** Which of the settings that were tried a kind is compared with, for each T. */

/** "ATIF, theta learned, T = 4: alpha 1, start 1" */
export const nameOf = (kind, T, told) => `${kind.name}, T = ${T}${told === undefined ? "" : `: ${told}`}`;

/** Every setting that is tried. */
export const candidates = (kinds, timesteps) =>
  timesteps.flatMap((T) =>
    kinds.flatMap((kind) =>
      kind.tried.map((tried) => ({
        kind,
        T,
        tried,
        name: nameOf(kind, T, tried.told),
        settings: tried.settings(T),
      })),
    ),
  );

/** Whether every setting of a kind was tried: a table may be made part by part. */
export function isMeasured(kind, T, { rows }) {
  const known = new Set(rows.map(({ settings: [name] }) => name));
  return candidates([kind], [T]).every(({ name }) => known.has(name));
}

/** Of each kind and T the one with the best accuracy on the held-out part, the earlier of two that are alike. */
export function choose(kinds, timesteps, { rows }) {
  const accuracy = new Map(rows.map(({ settings: [name], figures }) => [name, figures.val_acc?.mean ?? -1]));
  return timesteps.flatMap((T) =>
    kinds.map((kind) => {
      const all = candidates([kind], [T]);
      const missing = all.find(({ name }) => !accuracy.has(name));
      if (missing !== undefined)
        throw new Error(`nothing is known of "${missing.name}"; expected a sweep with all settings.`);
      const best = all.reduce((a, b) => (accuracy.get(b.name) > accuracy.get(a.name) ? b : a));
      return { ...best, accuracy: accuracy.get(best.name) };
    }),
  );
}

/** Of what a sweep said, what the tables are made of. */
export const finalOf = ({ sweep, version, runs }) => ({
  sweep,
  version,
  runs: runs.map(({ folder, settings, seed, state, figures }) => ({
    folder,
    settings,
    seed,
    state,
    figures: figures && {
      test: figures.test && { accuracy: figures.test.accuracy },
      spikesPerInference: figures.spikesPerInference,
      layers: figures.layers,
      ...(figures.operations && {
        operations: { synAcc: figures.operations.synAcc, synMac: figures.operations.synMac },
      }),
    },
  })),
});

/** A choice with what was tried besides; of what was tried twice, the newer figures. */
export function joinedChoice(before, { rows, ...told }) {
  const isNew = new Set(rows.map(({ settings: [name] }) => name));
  const known = before?.rows.filter(({ settings: [name] }) => !isNew.has(name)) ?? [];
  return { ...told, rows: [...known, ...rows] };
}

/** Of what a sweep said, what the choice is made by: of one that was stopped, what is complete. */
export const choiceOf = ({ sweep, version, rank, rows }) => ({
  sweep,
  version,
  rank,
  rows: rows
    .filter(({ figures }) => (figures.val_acc ?? null) !== null)
    .map(({ settings, figures: { val_acc } }) => ({ settings, figures: { val_acc } })),
});
