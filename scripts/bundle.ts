/**
 * The program as `dist/hearsay.mjs`, which is what `npm start` runs:
 *
 *   node scripts/bundle.ts
 *
 * It is silent, and done within 0.1 s if the program is newer than everything it is made
 * of.
 */
import { bundleProgram } from "./build/program.ts";

await bundleProgram();
