/** The file begins here. */

import { render } from "preact";
import { filled } from "./filled.js";
import { openNetwork } from "./network.js";
import { Page, sentenceOf } from "./page.js";

const root = document.getElementById("page");
if (root === null) throw new Error("There is no element with the id page.");
void start(root);

async function start(page: HTMLElement): Promise<void> {
  try {
    const network = await openNetwork(filled());
    let shown: unknown = null;
    // For the console: every digit of what is shown.
    Object.assign(globalThis, { atif: { look: () => shown } });
    page.textContent = "";
    render(<Page network={network} told={(look) => (shown = look)} />, page);
  } catch (error) {
    page.textContent = "";
    render(
      <p class="problem" role="alert">
        {sentenceOf(error)}
      </p>,
      page,
    );
  }
}
