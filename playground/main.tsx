/** The page begins here. */

import { render } from "preact";
import { open, setTheme } from "./actions.js";
import { App } from "./app.js";
import "uplot/dist/uPlot.min.css";
import "./style.css";
import { current } from "./state/page-state.js";
import { rememberedTheme } from "./state/theme.js";

/** For the console, for those who want every digit: atifPlayground.state() */
Object.assign(globalThis, { atifPlayground: { state: current } });

const root = document.getElementById("page");
if (root === null) throw new Error("index.html has no element with the id page.");
// Before anything is drawn.
setTheme(rememberedTheme(() => localStorage));
render(<App />, root);
void open();
