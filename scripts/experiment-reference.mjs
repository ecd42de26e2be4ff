/** Writes docs/experiment-file.md from the library as it is built: `npm run docs:experiment`. */

import { writeFileSync } from "node:fs";
import { experimentReference } from "../dist/experiment/description/reference.js";

writeFileSync(new URL("../docs/experiment-file.md", import.meta.url), experimentReference());
