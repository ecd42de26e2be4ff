/** The page begins here. */

// First: what panels say of themselves comes after it.
import "../elements/style.css";
import "./style.css";
import { render } from "preact";
import { open, setTheme } from "./actions.js";
import { App } from "./app.js";
import { embedOf, tellHeight } from "./embed.js";
import { keepOffline } from "./offline/keep-offline.js";
import { current } from "./state/page-state.js";
import { rememberedTheme } from "./state/theme.js";
import { chosenLanguage } from "./words/languages.js";
import { speak, words } from "./words/words.js";

/** For the console, for those who want every digit: atifPlayground.state() */
Object.assign(globalThis, { atifPlayground: { state: current } });

/** Not awaited by the module itself: the words that come later import from it. */
async function begin(): Promise<void> {
  const root = document.getElementById("page");
  if (root === null) throw new Error("index.html has no element with the id page.");
  // Before anything is drawn.
  setTheme(rememberedTheme(() => localStorage));
  const language = await speak(chosenLanguage(location.search, navigator.languages));
  document.documentElement.lang = language;
  document.title = words.page.documentTitle;
  document.querySelector("meta[name=description]")?.setAttribute("content", words.page.description);
  const embed = embedOf(location.search);
  if (embed === null) render(<App />, root);
  else {
    const { Embedded } = await import("./embedded.js");
    render(<Embedded embed={embed} />, root);
    tellHeight(embed, root);
  }
  await open(language);
  // In another page it is that page which is kept, or not.
  if (embed === null) keepOffline();
}

void begin();
