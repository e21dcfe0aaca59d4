/**
 * Loads what Node.js uses to strip TypeScript of its types. Otherwise the first file
 * loads it, which takes 50 ms of a core.
 */
import { stripTypeScriptTypes } from "node:module";

/** Loads the stripper ahead of time. To be called before any task code is loaded. */
export function loadTypeStripper(): void {
	const { emitWarning } = process;
	// Suppresses the warning that the function is an experiment: importing such files,
	// which is all that comes of it, is none.
	process.emitWarning = () => {};
	try {
		stripTypeScriptTypes("");
	} finally {
		process.emitWarning = emitWarning;
	}
}
