/** How to cite what was found here. */

import { copyText } from "../actions.js";
import { citation } from "../state/citation.js";
import { words } from "../words/words.js";

export function Cite() {
  const { carry } = words;
  const text = citation(import.meta.env.ATIF_VERSION);
  return (
    <>
      <h3>{carry.cite}</h3>
      <p>{carry.citeHelp}</p>
      <pre style={{ whiteSpace: "pre-wrap", overflowWrap: "anywhere" }}>
        <code>{text}</code>
      </pre>
      <button type="button" onClick={() => void copyText(text, words.notices.citationCopied)}>
        {carry.copyCitation}
      </button>
    </>
  );
}
