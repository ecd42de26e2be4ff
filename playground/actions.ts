/** Everything that changes the state of the page: what the reader does, and what the worker reports. */

export { ask } from "./actions/asking.js";
export { set, setPanel, setTheme } from "./actions/choosing.js";
export { copyLink, copyText } from "./actions/copying.js";
export { download, importModel, opened, saveModel, SAVED_AS, takeFiles } from "./actions/files.js";
export { askArrivals, draw, goToStep, pick, selectLayer, setMotion, showSample } from "./actions/looking.js";
export { open } from "./actions/opening.js";
export { modelChanged, moveAll, moveStaircase, restoreStaircases } from "./actions/staircases.js";
export { dismissNotice, told } from "./actions/told.js";
export {
  pauseTraining,
  resetTraining,
  resumeTraining,
  startTraining,
  stepTraining,
} from "./actions/training.js";
