/** Before each file that does not have a process of its own: numbers are drawn as in a new one. */

import { manualSeed } from "../src/random/generator.js";

manualSeed(0);
