/** What happened in a network while it saw a sample, as recordActivity() tells it. */

import type { Activity } from "../inspection/activity.js";
import { show } from "../show.js";

/** @throws TypeError for anything else; RangeError for a network without spiking layers */
export function checkActivity(where: string, activity: Activity): Activity {
  const given = activity as Partial<Activity> | null;
  if (!Array.isArray(given?.layers) || typeof given?.timesteps !== "number") {
    throw new TypeError(
      `${where}: the activity is ${show(activity)}; expected that of recordActivity(model, x).`,
    );
  }
  if (given.layers.length === 0) {
    throw new RangeError(
      `${where}: the network has no spiking layers; expected one whose spikes can be drawn.`,
    );
  }
  return activity;
}
