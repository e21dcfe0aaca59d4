/** What Node.js strips TypeScript of its types with: it is loaded at the first file, for 50 ms of a core. */
import { stripTypeScriptTypes } from "node:module";

/** Loads it ahead. Before any task code is loaded. */
export function loadTypeStripper(): void {
	const { emitWarning } = process;
	// That the function is an experiment; to import such a file, which is all that comes of it, is none.
	process.emitWarning = () => {};
	try {
		stripTypeScriptTypes("");
	} finally {
		process.emitWarning = emitWarning;
	}
}
