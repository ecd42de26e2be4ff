#!/usr/bin/env node
/** The command `atif`. */

import { runCommandLine } from "./program.js";
import { runProcess } from "./whole-process.js";

await runProcess(runCommandLine);
