/** What the lessons set. All but those that train, or bring to integers, try it on a copy, as the sliders of the staircase do. */

import { goToStep, moveAll, restoreStaircases, selectLayer, setPanel, told } from "./actions.js";
import { endComparison, leaveComparison, startComparison } from "./comparison-lesson.js";
import { stop } from "./play.js";
import { comparison } from "./state/comparison.js";
import type { LessonId } from "./state/lessons.js";
import { notLoaded } from "./state/not-loaded.js";
import { change, current } from "./state/page-state.js";

/** How far thetas are from what was learned. */
const [SMALL, LARGE, SILENT] = [0.15, 4, 100];

export async function startLesson(id: LessonId): Promise<void> {
  if (id === "learned") return startComparison();
  leaveComparison();
  const { trained } = current().staircases;
  if (trained?.layers.some(({ isMovable }) => isMovable) !== true) return;
  if (id === "oneStep" && !trained.isTimeMovable) return;
  stop();
  restoreStaircases();
  change({ lesson: id });
  const learned = trained.layers.map(({ theta }) => theta);
  const movable = trained.layers.flatMap(({ isMovable }, i) => (isMovable ? [i] : []));
  const scaled = (place: number, factor: number): void => {
    const layer = movable[Math.min(place, movable.length - 1)];
    selectLayer(layer);
    const thetas = learned.map((theta, i) => (i === layer ? short(theta * factor) : theta));
    moveAll({ thetas, timesteps: trained.timesteps });
  };
  switch (id) {
    case "small":
      setPanel("stairs", true);
      return scaled(0, SMALL);
    case "large":
      setPanel("stairs", true);
      return scaled(0, LARGE);
    case "silent":
      setPanel("stairs", true);
      return scaled(1, SILENT);
    case "oneStep":
      setPanel("stairs", true);
      goToStep(1);
      return moveAll({ thetas: learned, timesteps: 1 });
    case "fourBits":
      setPanel("deploy", true);
      void told(async () => {
        const { setDeploy, startMeasuring } = await import("./deploy/deploy-actions.js").catch(notLoaded);
        setDeploy({ weights: 4, ownBits: {} });
        startMeasuring();
      });
  }
}

/** For an address. */
function short(theta: number): number {
  return Number(theta.toPrecision(5));
}

/** Everything as it was learned. */
export async function endLesson(): Promise<void> {
  if (comparison.peek() !== null) return endComparison();
  restoreStaircases();
  change({ lesson: null });
}
