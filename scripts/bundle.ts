/**
 * The program as `dist/hearsay.mjs`, which is what `npm start` runs:
 *
 *   node scripts/bundle.ts
 *
 * Silent, and done within 0.1 s where it is newer than all that it is made of.
 */
import { bundleProgram } from "./build/program.ts";

await bundleProgram();
