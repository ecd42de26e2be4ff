/** A text of the table of words, with its emphasis. */

import type { Text } from "../words/text.js";

export function Emphasised({ text }: { text: Text }) {
  return (
    <>
      {text.map((part, at) => {
        if (typeof part === "string") return part;
        const { tag: Tag, text } = part;
        return <Tag key={at}>{text}</Tag>;
      })}
    </>
  );
}
