/** A sentence on what went wrong, and behind it what the library says where that is another language. */

import { words } from "../words/words.js";

export function Told({ sentence, detail = null }: { sentence: string; detail?: string | null }) {
  return (
    <>
      <p>{sentence}</p>
      {detail === null ? null : (
        <details>
          <summary>{words.page.details}</summary>
          <p lang="en">{detail}</p>
        </details>
      )}
    </>
  );
}
