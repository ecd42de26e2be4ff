/** What unpacks Zstandard: loaded with the first recording that may need it. */

export { decompress } from "fzstd";
